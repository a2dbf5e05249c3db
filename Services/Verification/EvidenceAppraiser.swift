internal import Cryptography
internal import Evidence
internal import Logging
internal import RPC
internal import Receipts
internal import ServiceKit

/// Appraises the evidence of trusted hardware that executions name, by a policy of this service's operator: for those who
/// read verdicts and have no policy of their own. When the policy has changed, a verdict that supersedes says what it is worth now.
struct EvidenceAppraiser: Sendable {
  /// A file with what a trust policy says of `tee`; read anew for each verdict.
  let path: String
  /// A folder of revocation lists and vendors' answers, read anew for each verdict; nil: there is what came with the evidence.
  var collateral: String?
  /// A document by its digest.
  let blob: @Sendable (Digest32) async throws -> [UInt8]

  /// Errors: a file that cannot be read or is no such policy.
  func policy() throws -> TrustPolicy.TEE {
    try TrustPolicy.TEE(SmallFile.read(path, limit: TrustPolicy.TEE.byteCountMax))
  }

  /// Errors: a folder that cannot be listed, too many files, a file that is no collateral.
  func handed() throws -> Collateral {
    guard let collateral else { return Collateral() }
    let files = try FolderFiles.read(collateral, bytesMax: Collateral.fileBytesMax * Collateral.fileCountMax)
    do { return try Collateral(files: files) } catch { throw SettingsError.contradiction("tee-collateral: \(error)") }
  }

  /// As of the execution's beginning; with a folder of collateral and for a verdict that supersedes another, by what is current
  /// at `later`.
  ///
  /// Nil where the execution names no evidence, where it is not kept any more or cannot be read, and where the policy says
  /// nothing of its kind. Errors: those of policy, collateral and storage, after which it may be tried again.
  func appraisal(
    of evidence: ExecutionEvidence, later: Int64?, _ logger: Logger
  ) async throws -> VerdictPredicate.Appraisal? {
    guard let name = evidence.execution.evidence else { return nil }
    let document: EvidenceDocument
    do { document = try EvidenceDocument(try await blob(name)) } catch let error as RPCError
      where error.code != .notFound
    {
      throw error
    } catch {
      logger.warning(
        "evidence is not appraised",
        metadata: ["receipt_id": "\(evidence.execution.receiptID)", "reason": "\(error)"])
      return nil
    }
    let policy = try policy()
    guard policy.kinds.contains(document.kind) else { return nil }
    var handed = try handed()
    if collateral != nil { handed.currentAt = later }
    let result = BoundAppraisal(policy, collateral: handed).result(
      of: document, for: evidence.execution, signedBy: evidence.statement.keyID)
    return VerdictPredicate.Appraisal(evidence: name, result: result)
  }
}
