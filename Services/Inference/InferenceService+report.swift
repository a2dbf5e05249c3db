internal import Cryptography
internal import Evidence
internal import Exact
internal import Logging
internal import RPC
internal import Receipts
internal import ServiceKit
internal import Wire

extension InferenceService {
  /// Fresh evidence of the execution key for the caller's nonce.
  func report(_ input: GetReportRequest, _ call: CallContext) async throws -> AttestationReport {
    guard let evidence else {
      throw RPCError(.failedPrecondition, "this executor has no evidence of trusted hardware (setting 'evidence')")
    }
    let nonce: EvidenceNonce
    do { nonce = try EvidenceNonce(asked: input.nonce) } catch { throw RPCError(.invalidArgument, "\(error)") }
    do {
      return AttestationReport(
        document: try await evidence.report(nonce), publicKey: signer.key.publicKey.raw, issuer: signer.issuer)
    } catch let error as EngineThread.Full {
      throw RPCError(.resourceExhausted, "\(error)")
    } catch {
      call.logger.error("no evidence", metadata: ["error": "\(error)"])
      throw RPCError(.unavailable, "the hardware gives no evidence now")
    }
  }

  /// What an execution that begins now names; nil where this service has no evidence. It fails closed: an executor that is to have
  /// evidence signs nothing without.
  func evidenceNow(_ call: CallContext) async throws -> KeyEvidence.Named? {
    guard let evidence else { return nil }
    do { return try await evidence.named() } catch {
      call.logger.error("no evidence is kept", metadata: ["error": "\(error)"])
      throw RPCError(.unavailable, "evidence of trusted hardware could not be made and kept now")
    }
  }

  var evidenceChecks: [ReadinessCheck] {
    guard let evidence else { return [] }
    return [
      ReadinessCheck("evidence") {
        _ = try await evidence.named()
        return nil
      }
    ]
  }
}
