internal import Credit
public import Cryptography
public import Receipts

/// The double-entry ledger, with the signed statements that its money comes from.
///
/// A receipt is posted once, from the shares that its attribution statement signs, and settled once, when it is in the
/// log (`LedgerRules`). Both may be repeated: the second time writes nothing. Each is one transaction, durable when the
/// function returns.
public struct LedgerStore: Sendable {
  /// Every write moves balances that all share: one at a time.
  static let writes = Isolation.alone("ledger")

  let database: any RowDatabase
  private let posts: LedgerPosts

  /// Opens or makes the database. Errors: those of ``DatabaseLocation``.
  public init(_ location: DatabaseLocation) async throws {
    self.init(try await location.open(Self.schema))
    try await chainEntriesOfBefore()
  }

  /// Over a database that is open and has the schema.
  init(_ database: any RowDatabase) {
    self.database = database
    posts = LedgerPosts(database)
  }

  /// What was posted for this input; nil when the receipt is new.
  ///
  /// Errors: ``LedgerError/attributedOtherwise(_:what:)``.
  public func attribution(for input: AttributionInput) async throws -> KeptAttribution? {
    try await database.read { db in try Self.kept(db, [input])[0]?.get() }
  }

  /// Keeps an attribution and posts its signed shares as pending. Of two statements for one input the first is kept,
  /// and both callers get its bytes. Calls that meet are committed together.
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
    return try await posts.take(
      LedgerPost(input: input, signed: signed, owner: owner, policy: predicate.policy, postings: postings))
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
    return try await database.write(Self.writes) { db in
      let name = id.description
      if let row = try db.row("SELECT receipt, log_index FROM settlement WHERE receipt_id = ?", [name]) {
        let settled = try Self.digest(row["receipt"], "settlement of \(name)")
        let at = UInt64(try row["log_index"] as Int64)
        guard settled == receipt, at == index else {
          throw LedgerError.settledOtherwise(id, receipt: settled, index: at)
        }
        return nil
      }
      let row = try db.row(
        """
        SELECT price_nano, escrow_days FROM attribution JOIN policy ON policy.digest = attribution.policy
        WHERE receipt_id = ?
        """, [name])
      guard let row else { throw LedgerError.notAttributed(id) }
      try db.run(
        "INSERT INTO settlement (receipt_id, receipt, log_index) VALUES (?, ?, ?)", [name, receipt, logIndex])
      try Self.settle(db, id, LedgerEntry.Place(receipt: receipt, index: index), escrowDays: try row["escrow_days"])
      return UInt64(try row["price_nano"] as Int64)
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
    let policy: AttributionPolicy
    do { policy = try AttributionPolicy(json: signed.statement.predicate) } catch {
      throw LedgerError.statement(why: "its policy: \(error)")
    }
    return try await database.write(Self.writes, repeatable: true) { db in
      let known: [UInt8]? = try db.value(
        "SELECT statement FROM policy WHERE key_id = ? AND policy_id = ?", [signed.keyID, id])
      if let known {
        let kept = try SignedStatement(known)
        guard kept.statement.subjectDigest == signed.statement.subjectDigest,
          kept.statement.issuer.utf8.elementsEqual(signed.statement.issuer.utf8)
        else { throw LedgerError.policyChanged(id: id) }
        return kept
      }
      try db.run(
        "INSERT INTO policy (digest, key_id, policy_id, statement, escrow_days) VALUES (?, ?, ?, ?, ?)",
        [signed.digest, signed.keyID, id, signed.bytes, Int64(policy.escrowDays)])
      return signed
    }
  }

  private static func predicate(
    of signed: SignedStatement, for input: AttributionInput
  ) throws -> AttributionPredicate {
    guard signed.statement.kind == .attribution else {
      throw LedgerError.statement(why: "it is of kind \(signed.statement.kind)")
    }
    guard signed.statement.subjectDigest == input.subject else {
      throw LedgerError.statement(why: "its subject is another execution, or another receipt")
    }
    let predicate = try AttributionPredicate(signed.statement.predicate)
    guard predicate.receiptID == input.receiptID, predicate.priceNano == input.priceNano else {
      throw LedgerError.statement(why: "it shares the price of receipt \(predicate.receiptID), \(predicate.priceNano)")
    }
    return predicate
  }
}
