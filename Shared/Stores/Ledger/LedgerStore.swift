internal import Credit
public import Cryptography
internal import GRDB
public import Receipts

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// The double-entry ledger, with the signed statements that its money comes from.
///
/// A receipt is posted once, from the shares that its attribution statement signs, and settled once, when it is in the
/// log (`LedgerRules`). Both may be repeated: the second time writes nothing. Each is one transaction, durable when the
/// function returns.
public struct LedgerStore: Sendable {
  let database: SQLiteDatabase

  /// Opens or makes the database. Errors: those of ``SQLiteDatabase``.
  public init(path: String) async throws {
    database = try SQLiteDatabase(path: path, migrations: [Migration("ledger", Self.schema)])
  }

  /// What was posted for this input; nil when the receipt is new.
  ///
  /// Errors: ``LedgerError/attributedOtherwise(_:what:)``.
  public func attribution(for input: AttributionInput) async throws -> KeptAttribution? {
    try await database.read { db in try Self.kept(db, input) }
  }

  /// Keeps an attribution and posts its signed shares as pending. Of two statements for one input the first is kept,
  /// and both callers get its bytes.
  ///
  /// - Parameter owner: whose account pays.
  ///
  /// Errors: ``LedgerError``, and `CreditError` for shares or an owner that no entry can be made from.
  public func post(
    _ input: AttributionInput, _ signed: SignedStatement, owner: String
  ) async throws -> KeptAttribution {
    let predicate = try Self.predicate(of: signed, for: input)
    let postings = try LedgerRules.pending(owner: owner, shares: predicate.shares)
    guard -Int128(postings.first?.amountNano ?? 0) == Int128(input.priceNano) else {
      throw LedgerError.statement(why: "its shares do not add up to \(input.priceNano) nano-units")
    }
    return try await database.write { db in
      if let kept = try Self.kept(db, input) { return kept }
      let policy = Data(predicate.policy.bytes)
      let known = try Data.fetchOne(db, sql: "SELECT statement FROM policy WHERE digest = ?", arguments: [policy])
      guard let known else { throw LedgerError.unknownPolicy(predicate.policy) }
      try db.execute(
        sql: """
          INSERT INTO attribution (receipt_id, execution, model, price_nano, owner, policy, statement)
          VALUES (?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          input.receiptID.description, Data(input.execution.bytes), Data(input.model.bytes), Int64(input.priceNano),
          owner, policy, Data(signed.bytes),
        ])
      try Self.append(db, .pending, of: input.receiptID, postings)
      return KeptAttribution(statement: signed.bytes, policyStatement: [UInt8](known))
    }
  }

  /// Moves what is pending for a receipt to settled, because the receipt is in the log.
  ///
  /// - Returns: the nano-units moved; nil when the same receipt was settled before.
  ///
  /// Errors: ``LedgerError``.
  public func settle(_ id: ReceiptID, receipt: Digest32, index: UInt64) async throws -> UInt64? {
    guard let logIndex = Int64(exactly: index) else {
      throw LedgerError.indexTooLarge(index, limit: UInt64(Int64.max))
    }
    return try await database.write { db in
      let name = id.description
      let row = try Row.fetchOne(
        db, sql: "SELECT receipt, log_index FROM settlement WHERE receipt_id = ?", arguments: [name])
      if let row {
        let settled = try Self.digest(row["receipt"], "settlement of \(name)")
        let at = UInt64(row["log_index"] as Int64)
        guard settled == receipt, at == index else {
          throw LedgerError.settledOtherwise(id, receipt: settled, index: at)
        }
        return nil
      }
      let price = try Int64.fetchOne(
        db, sql: "SELECT price_nano FROM attribution WHERE receipt_id = ?", arguments: [name])
      guard let price else { throw LedgerError.notAttributed(id) }
      try db.execute(
        sql: "INSERT INTO settlement (receipt_id, receipt, log_index) VALUES (?, ?, ?)",
        arguments: [name, Data(receipt.bytes), logIndex])
      let pending = try Self.postings(db, .pending, of: name)
      try Self.append(db, .settlement, of: id, LedgerRules.settlement(shares: Self.shares(pending)))
      return UInt64(price)
    }
  }

  /// Keeps a policy statement so that attributions can name it. A policy is signed once: of two statements that one key
  /// made about the same content, the first is kept and returned.
  ///
  /// Errors: ``LedgerError/policyChanged(id:)``.
  public func keep(policy signed: SignedStatement) async throws -> SignedStatement {
    guard signed.statement.kind == .policy else {
      throw LedgerError.statement(why: "a statement of kind \(signed.statement.kind) is no policy")
    }
    let id = signed.statement.subject
    return try await database.write { db in
      let known = try Data.fetchOne(
        db, sql: "SELECT statement FROM policy WHERE key_id = ? AND policy_id = ?", arguments: [Data(signed.keyID), id])
      if let known {
        let kept = try SignedStatement([UInt8](known))
        guard kept.statement.subjectDigest == signed.statement.subjectDigest,
          kept.statement.issuer.utf8.elementsEqual(signed.statement.issuer.utf8)
        else { throw LedgerError.policyChanged(id: id) }
        return kept
      }
      try db.execute(
        sql: "INSERT INTO policy (digest, key_id, policy_id, statement) VALUES (?, ?, ?, ?)",
        arguments: [Data(signed.digest.bytes), Data(signed.keyID), id, Data(signed.bytes)])
      return signed
    }
  }

  private static func predicate(
    of signed: SignedStatement, for input: AttributionInput
  ) throws -> AttributionPredicate {
    guard signed.statement.kind == .attribution else {
      throw LedgerError.statement(why: "it is of kind \(signed.statement.kind)")
    }
    guard signed.statement.subjectDigest == input.execution else {
      throw LedgerError.statement(why: "its subject is another execution")
    }
    let predicate = try AttributionPredicate(signed.statement.predicate)
    guard predicate.receiptID == input.receiptID, predicate.priceNano == input.priceNano else {
      throw LedgerError.statement(why: "it shares the price of receipt \(predicate.receiptID), \(predicate.priceNano)")
    }
    return predicate
  }
}
