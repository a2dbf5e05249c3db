internal import Cryptography
internal import Logging
internal import MerkleLog
internal import RPC
internal import Receipts
internal import ServiceKit
internal import Stores
internal import Wire

/// Who is credited for an answer: by the statement that its receipt binds, or by one that is in the log behind it.
struct CreditOfReceipt: Sendable {
  let attribution: [UInt8]
  let isSettled: Bool
  /// Nil where the receipt binds the attribution.
  let later: LaterAttribution?
}

extension ReceiptRoutes {
  /// What came after the receipt about its credit, once it is in the log; nil before, and where nothing comes.
  func later(_ row: OutboxRow) async throws -> LaterAttribution? {
    guard row.isAttributionPending, let later = try await pipeline.outbox.later(row.receiptID),
      later.step >= .registered
    else { return nil }
    return later
  }

  func credit(of row: OutboxRow) async throws -> CreditOfReceipt? {
    if let bound = row.statements[.attribution] {
      return CreditOfReceipt(attribution: bound, isSettled: row.state == .settled, later: nil)
    }
    guard let later = try await later(row), let statement = later.attribution else { return nil }
    return CreditOfReceipt(attribution: statement, isSettled: later.step == .settled, later: later)
  }

  /// An opening that credit is made of, found before the receipt or after it; nil where there is none, or it was erased.
  func creditOpening(_ field: CommittedField, of row: OutboxRow, _ call: CallContext) async throws -> [UInt8]? {
    if row.openingNames[field] != nil { return try await opening(field, of: row, call) }
    guard row.isAttributionPending, let later = try await pipeline.outbox.later(row.receiptID) else { return nil }
    // Until storage has it, the outbox does.
    if let blob = later.openings[field] { return blob }
    guard let name = later.openingNames[field] else { return nil }
    do { return try await pipeline.blob(name, call) } catch let error as RPCError where error.code == .notFound {
      return nil
    }
  }

  /// The members that a bundle has because of it: each statement with its own proof.
  func registered(_ later: LaterAttribution?, _ call: CallContext) async throws -> [StatementKind: RegisteredStatement]
  {
    var found: [StatementKind: RegisteredStatement] = [:]
    for (kind, statement) in [(StatementKind.custody, later?.custody), (.attribution, later?.attribution)] {
      guard let statement else { continue }
      let inclusion = try await pipeline.peers.inclusion(SHA256.hash(statement).bytes, call)
      found[kind] = RegisteredStatement(statement: statement, tlogProof: try readable(inclusion).0.encoded)
    }
    return found
  }
}
