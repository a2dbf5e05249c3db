internal import Cryptography
internal import MerkleLog
internal import RPC
internal import Receipts
internal import Stores
internal import Wire

extension StorageService {
  /// Registers a statement and proves that it is in the published log.
  func append(_ request: AppendRequest) async throws -> Inclusion {
    let start = ContinuousClock.now
    let statement = try SignedStatement(request.statement)
    try await registration.admit(statement)
    let index = try await registeredIndex(of: statement)
    let inclusion = try await inclusion(of: statement.statement.subject, at: index)
    metrics.appended(in: ContinuousClock.now - start)
    return inclusion
  }

  private func registeredIndex(of statement: SignedStatement) async throws -> UInt64 {
    var entry = LogEntry(
      digest: statement.digest, bytes: statement.bytes.count, keyID: statement.keyID,
      kind: statement.statement.kind.rawValue, subject: statement.statement.subject)
    if let known = try await sequencer.find(like: entry) {
      guard known.digest == entry.digest else { throw LogError.conflict(index: known.index, digest: known.digest) }
      if known.index < sequencer.published.size { return known.index }
    }
    entry.generation = try await blobs.put([statement.bytes]).generation
    return try await sequencer.append(entry)
  }

  /// The proof of a registered statement against the newest published tree.
  func inclusion(_ request: GetInclusionRequest) async throws -> Inclusion {
    let digest = try Self.digest(request.statementDigest, "statement_digest")
    guard let entry = try await sequencer.find(digest), let subject = entry.subject else {
      throw RPCError(.notFound, "no statement with digest sha256:\(digest.hex) is registered")
    }
    let size = sequencer.published.size
    guard entry.index < size else { throw LogError.notPublished(index: entry.index, size: size) }
    return try await inclusion(of: subject, at: entry.index)
  }

  /// A COSE Receipt is signed only here, for a head that was published.
  private func inclusion(of subject: String, at index: UInt64) async throws -> Inclusion {
    let (proof, head) = try await sequencer.published.inclusion(index: index)
    let receipt = try COSEReceipt(
      proof: proof, root: head.checkpoint.root, issuer: issuer, subject: subject, issuedAt: unixMs() / 1000,
      key: keys.receipt)
    let tlog = try TlogProof(index: index, path: proof.path, note: head.note)
    return Inclusion(
      index: index, treeSize: head.checkpoint.size, root: head.checkpoint.root.bytes, coseReceipt: receipt.bytes,
      tlogProof: String(decoding: tlog.encoded, as: UTF8.self))
  }
}
