internal import Cryptography
internal import Evidence
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import RPC
internal import Receipts
internal import ServiceKit
internal import Wire

/// `POST /v1/verify`: every check of a bundle, by the trust policy of this orchestrator's owner.
struct VerifyRoute: Sendable {
  let pipeline: Pipeline
  let slots: RequestSlots

  func verify(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
    _ = try Caller(request, keys: pipeline.settings.apiKeys)
    let slot = try slots.take()
    defer { withExtendedLifetime(slot) {} }
    let bundle = try await BodyReader.read(
      request, types: [Bundle.mediaType, "application/json"], limit: Bundle.bytesMax)
    var verifier = BundleVerifier(policy: try policy(context), appraise: BoundAppraisal.verifying())
    if let check = await reexecution(bundle, context) { verifier.reexecute = { _, _, _ in check } }
    return Response(.ok, json: verifier.verify(bundle).json)
  }

  /// Read on each call: its owner may change it at any time.
  private func policy(_ context: ServiceRequestContext) throws -> TrustPolicy {
    do { return try TrustFile.read(pipeline.settings.trustPath) } catch {
      context.logger.error(
        "no trust policy", metadata: ["path": "\(pipeline.settings.trustPath)", "error": "\(error)"])
      throw APIError(
        .serviceUnavailable, code: "trust_policy_missing",
        "This server has no readable trust policy (setting 'trust'), so it can accept nothing.")
    }
  }

  /// Has verification do the execution again, now, where the bundle opens it. Nil leaves the check to the verdict that
  /// the bundle brings.
  private func reexecution(_ bytes: [UInt8], _ context: ServiceRequestContext) async -> Check? {
    guard let bundle = try? Bundle(bytes), let execution = bundle.statements[.execution],
      let model = bundle.statements[.model], let receipt = bundle.statements[.receipt], bundle.openings[.tokens] != nil
    else { return nil }
    let openings = bundle.openings.filter(\.key.isForReexecution)
    do {
      let answer = try await pipeline.peers.reexecute(
        ReexecuteRequest(
          executionStatement: execution, modelStatement: model,
          openings: openings.map { WireOpening(field: $0.key.description, blob: $0.value) },
          receiptDigest: SHA256.hash(receipt).bytes),
        context.callContext())
      return answer.agrees
        ? Check(.reexecution, .pass, "executed again for this call, activation chain equal")
        : Check(.reexecution, .fail, "executed again for this call: \(answer.finding)")
    } catch {
      context.logger.warning("no re-execution for a bundle", metadata: ["error": "\(error)"])
      return nil
    }
  }
}
