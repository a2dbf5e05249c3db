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
    if let refusal = log.witnessFeed?.refusal { throw refusal }
    let statement = try SignedStatement(request.statement)
    try registration.admit(statement)
    let index = try await log.sequencer.append(
      LogEntry(
        digest: statement.digest, statement: statement.bytes, keyID: statement.keyID,
        kind: statement.statement.kind.rawValue, subject: statement.statement.subject))
    if log.witnessFeed != nil, settings.witnessBudget > .zero {
      await log.cosigned.wait(
        for: index, count: settings.witnessQuorum ?? settings.witnesses.count, atMost: settings.witnessBudget)
    }
    let inclusion = try await inclusion(of: statement.statement.subject, at: index)
    metrics.appended(in: ContinuousClock.now - start)
    return inclusion
  }

  /// The proof of a registered statement against the published tree that has most cosignatures, with a timestamp if it
  /// can be, or the newest.
  func inclusion(_ request: GetInclusionRequest) async throws -> Inclusion {
    let digest = try Self.digest(request.statementDigest, "statement_digest")
    guard let entry = try await log.sequencer.find(digest), let subject = entry.subject else {
      throw RPCError(.notFound, "no statement with digest sha256:\(digest.hex) is registered")
    }
    let size = log.sequencer.published.size
    guard entry.index < size else { throw LogError.notPublished(index: entry.index, size: size) }
    return try await inclusion(of: subject, at: entry.index)
  }

  /// A COSE Receipt is signed only here, for a head that was published.
  private func inclusion(of subject: String, at index: UInt64) async throws -> Inclusion {
    let (proof, checkpoint, note, timestamp) = try await proof(at: index)
    let receipt = try COSEReceipt(
      proof: proof, root: checkpoint.root, issuer: issuer, subject: subject, issuedAt: unixMs() / 1000,
      key: keys.receipt)
    let tlog = try TlogProof(index: index, path: proof.path, note: note)
    return Inclusion(
      index: index, treeSize: checkpoint.size, root: checkpoint.root.bytes, coseReceipt: receipt.bytes,
      tlogProof: String(decoding: tlog.encoded, as: UTF8.self), timestamp: timestamp)
  }

  private func proof(at index: UInt64) async throws -> (InclusionProof, Checkpoint, SignedNote, timestamp: [UInt8]) {
    let cosigned = log.cosigned.best(for: index)
    let count = cosigned?.count ?? 0
    if let head = try await log.stamped.first(for: index, cosignatures: count), head.cosignatures >= count {
      let proof = try await log.sequencer.published.inclusion(index: index, size: head.checkpoint.size)
      return (proof, head.checkpoint, head.note, head.token)
    }
    if let head = cosigned {
      let proof = try await log.sequencer.published.inclusion(index: index, size: head.checkpoint.size)
      return (proof, head.checkpoint, head.note, [])
    }
    let (proof, head) = try await log.sequencer.published.inclusion(index: index)
    return (proof, head.checkpoint, head.note, [])
  }
}
