internal import Credit
internal import Cryptography
internal import Receipts

extension LedgerStore {
  /// The events of a receipt that post an entry.
  typealias Event = LedgerEntry.Event

  /// What one contributor has earned; zero for one that nobody has credited.
  public func balance(of contributor: String) async throws -> ContributorBalance {
    try await database.read { db in
      func amount(_ account: Account) throws -> UInt64 {
        let nano = try Self.balance(db, account.description) ?? 0
        guard nano >= 0 else { throw LedgerError.damaged("the balance of '\(account)' is \(nano)") }
        return UInt64(nano)
      }
      let settled = try Self.balance(db, Account.settled(contributor).description) ?? 0
      return ContributorBalance(
        pendingNano: try amount(.pending(contributor)), settledNano: UInt64(max(settled, 0)),
        escrowNano: try amount(.escrow(contributor)), heldNano: try amount(.held(contributor)),
        paidNano: try amount(.paid(contributor)), owedNano: settled < 0 ? settled.magnitude : 0)
    }
  }

  /// Writes one entry as the next of the chain, its postings and the balances they move; one without postings writes nothing.
  ///
  /// - Parameter new: its number and chain are not looked at.
  /// - Returns: the entry as it stands in the ledger.
  @discardableResult
  static func append(_ db: any RowTransaction, _ new: LedgerEntry) throws -> LedgerEntry {
    guard !new.postings.isEmpty else { return new }
    var next = try NextEntries(db, for: [new.postings])
    let entry = try next.add(new)
    try next.write(db)
    return entry
  }

  /// The lines of one entry in order.
  static func postings(_ db: any RowTransaction, of number: Int64) throws -> [Posting] {
    let rows = try db.rows(
      "SELECT account, amount_nano FROM posting WHERE entry_id = ? ORDER BY line", [number])
    return try rows.map { row in
      let text: String = try row["account"]
      guard let account = Account(text) else { throw LedgerError.damaged("'\(text)' of entry \(number) is no account") }
      return Posting(account: account, amountNano: try row["amount_nano"])
    }
  }

  static func balance(_ db: any RowTransaction, _ account: String) throws -> Int64? {
    try db.value("SELECT amount_nano FROM balance WHERE account = ?", [account])
  }

  /// The attribution of each receipt, which must be one of its input; nil where there is none.
  static func kept(
    _ db: any RowTransaction, _ inputs: [AttributionInput]
  ) throws -> [Result<KeptAttribution, LedgerError>?] {
    let found = try db.batch(
      """
      SELECT execution, model, price_nano, attribution.statement, policy.statement AS policy_statement
      FROM attribution JOIN policy ON policy.digest = attribution.policy WHERE receipt_id = ?
      """, inputs.map { [$0.receiptID.description] })
    return try zip(inputs, found).map { input, result -> Result<KeptAttribution, LedgerError>? in
      guard let row = result.rows.first else { return nil }
      let what = "attribution of \(input.receiptID)"
      let known = AttributionInput(
        receiptID: input.receiptID, execution: try digest(row["execution"], what),
        model: try digest(row["model"], what), priceNano: UInt64(try row["price_nano"] as Int64))
      return .kept(
        KeptAttribution(statement: try row["statement"], policyStatement: try row["policy_statement"]), known, input)
    }
  }

  static func digest(_ bytes: [UInt8], _ what: String) throws -> Digest32 {
    guard let digest = try? Digest32(bytes) else {
      throw LedgerError.damaged("the \(what) names a digest of \(bytes.count) bytes")
    }
    return digest
  }
}

extension Result where Success == KeptAttribution, Failure == LedgerError {
  /// What was posted for `known`, for one who asks for `input`.
  static func kept(_ kept: KeptAttribution, _ known: AttributionInput, _ input: AttributionInput) -> Self {
    if let difference = known.difference(from: input) {
      return .failure(.attributedOtherwise(input.receiptID, what: difference))
    }
    return .success(kept)
  }
}
