internal import Cryptography
internal import RPC
internal import Receipts
internal import Stores
internal import Wire

extension StorageService {
  /// Openings of one request may be large: its body, its answer, and the list of its activations.
  static var keepLimits: WireLimits {
    var limits = WireLimits()
    limits.maxBytes = 64 << 20
    limits.maxMemory = 160 << 20
    return limits
  }

  /// Stores blobs durably and signs their custody. The same request always gets the same statement, byte for byte.
  func keep(_ request: KeepRequest) async throws -> KeepResponse {
    guard let receipt = ReceiptID(request.receiptID) else {
      throw RPCError(.invalidArgument, "receipt_id \"\(request.receiptID.prefix(64))\" is no lower-case UUIDv7")
    }
    let subject = try Self.digest(request.subjectDigest, "subject_digest")
    guard (1...CustodyPredicate.blobsMax).contains(request.blobs.count) else {
      throw RPCError(
        .invalidArgument, "\(request.blobs.count) blobs were given, and 1 to \(CustodyPredicate.blobsMax) can be kept")
    }
    let list = try request.blobs.enumerated().map { position, blob in
      guard let retention = RetentionClass(blob.retention) else {
        throw RPCError(.invalidArgument, "blob \(position) has no retention class")
      }
      return CustodyPredicate.KeptBlob(
        name: SHA256.hash(blob.data), bytes: UInt64(blob.data.count), retention: retention)
    }
    let statement: [UInt8]
    if let first = try await custody.statement(of: receipt, subject: subject) {
      statement = first
      // Whoever keeps the same again has the right bytes of what the disk may have changed since.
      try await blobs.heal(request.blobs.map(\.data))
    } else {
      let put = try await blobs.put(request.blobs.map(\.data))
      statement = try await custody.record(
        try sign(CustodyPredicate(receiptID: receipt, blobs: list, keptUnixMs: UInt64(clamping: unixMs())), subject),
        of: receipt, subject: subject, blobs: list, generation: put.generation, unixMs: unixMs())
      metrics.kept(blobs: list.count, bytes: list.reduce(0) { $0 + $1.bytes })
    }
    guard try CustodyPredicate(SignedStatement(statement).statement.predicate).blobs == list else {
      throw RPCError(
        .alreadyExists, "custody of receipt \(receipt) for this subject is signed over other blobs: keep exactly those")
    }
    return KeepResponse(custodyStatement: statement, digests: list.map(\.name.bytes))
  }

  private func sign(_ predicate: CustodyPredicate, _ subject: Digest32) throws -> [UInt8] {
    let statement = Statement(
      kind: .custody, issuer: issuer, subject: predicate.receiptID.description, subjectDigest: subject,
      issuedAt: unixMs() / 1000, predicate: predicate.json)
    return try SignedStatement(signing: statement, with: keys.custody).bytes
  }

  /// A blob, verified against its name.
  func blob(_ request: GetBlobRequest) async throws -> GetBlobResponse {
    let name = BlobName(try Self.digest(request.digest, "digest"))
    do {
      return GetBlobResponse(data: try await blobs.get(name), retention: try await retention(of: name))
    } catch BlobError.missing {
      // Registered statements lie beside their entries.
      guard let statement = try await log.sequencer.statement(name.digest) else { throw BlobError.missing(name) }
      return GetBlobResponse(data: statement, retention: .statement)
    }
  }

  func retention(of name: BlobName) async throws -> Retention {
    try await blobs.catalogue.retention(of: name).map(\.wire).min { $0.rank < $1.rank } ?? .unspecified
  }

  static func digest(_ bytes: [UInt8], _ field: String) throws -> Digest32 {
    do { return try Digest32(bytes) } catch { throw RPCError(.invalidArgument, "\(field): \(error)") }
  }
}

extension RetentionClass {
  init?(_ wire: Retention) {
    switch wire {
    case .unspecified: return nil
    case .statement: self = .statement
    case .opening: self = .opening
    case .content: self = .content
    case .model: self = .model
    case .evidence: self = .evidence
    }
  }

  var wire: Retention {
    switch self {
    case .statement: .statement
    case .opening: .opening
    case .content: .content
    case .model: .model
    case .evidence: .evidence
    }
  }
}

extension Retention {
  /// Of several rules that keep a blob, the one that keeps it longest is told: a lower rank.
  fileprivate var rank: Int {
    switch self {
    case .statement: 0
    case .model: 1
    case .evidence: 2
    case .opening: 3
    case .content: 4
    case .unspecified: 5
    }
  }
}
