internal import Cryptography
internal import RPC
internal import Receipts
internal import Stores
internal import Wire

extension StorageService {
  /// Erases a blob, and registers the tombstone that says so. Asked again it finishes what is left and answers the same.
  func eraseBlob(_ request: EraseBlobRequest) async throws -> EraseBlobResponse {
    let name = BlobName(try Self.digest(request.digest, "digest"))
    guard (1...TombstonePredicate.reasonBytesMax).contains(request.reason.utf8.count) else {
      throw RPCError(.invalidArgument, "the reason must have 1 to \(TombstonePredicate.reasonBytesMax) bytes")
    }
    let erasure = try await blobs.erase(name, reason: request.reason, unixMs: unixMs())
    let statement = try await tombstone(of: erasure)
    return EraseBlobResponse(
      tombstoneStatement: statement.bytes, inclusion: try await register(tombstone: statement))
  }

  /// Registers tombstones that a crash kept out of the log.
  func registerPendingTombstones() async throws {
    for erasure in try await blobs.catalogue.erasures() {
      let statement = try await tombstone(of: erasure)
      if try await log.sequencer.find(statement.digest) == nil { _ = try await register(tombstone: statement) }
    }
  }

  /// The signed tombstone, kept before anybody sees it: a second signature would be another statement.
  private func tombstone(of erasure: BlobErasure) async throws -> SignedStatement {
    if let bytes = erasure.statement { return try SignedStatement(bytes) }
    let predicate = try TombstonePredicate(
      blob: erasure.name.digest, bytes: erasure.bytes, reason: erasure.reason,
      erasedUnixMs: UInt64(clamping: erasure.erasedUnixMs))
    let statement = Statement(
      kind: .tombstone, issuer: issuer, subject: "\(erasure.name)", subjectDigest: try predicate.digest,
      issuedAt: unixMs() / 1000, predicate: predicate.json)
    let signed = try SignedStatement(signing: statement, with: keys.custody)
    return try SignedStatement(try await blobs.keep(tombstone: signed.bytes, of: erasure.name))
  }

  private func register(tombstone: SignedStatement) async throws -> Inclusion {
    let inclusion = try await append(AppendRequest(statement: tombstone.bytes))
    try fault(.tombstoneLogged)
    return inclusion
  }
}
