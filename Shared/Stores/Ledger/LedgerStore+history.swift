internal import Credit
internal import Cryptography
internal import Receipts

extension LedgerStore {
  /// A receipt as its entries tell it, and its statements' digests.
  ///
  /// Errors: ``LedgerError/notAttributed(_:)``, ``LedgerError/damaged(_:)``.
  static func history(
    _ db: any RowTransaction, _ id: ReceiptID
  ) throws -> (history: ReceiptHistory, origin: LedgerEntry.Origin) {
    guard let origin = try origin(db, id) else { throw LedgerError.notAttributed(id) }
    var history = ReceiptHistory(receiptID: origin.receiptID)
    let numbers: [Int64] = try db.rows("SELECT id FROM entry WHERE receipt_id = ? ORDER BY id", [origin.receiptID])
      .map { try $0["id"] }
    for number in numbers {
      do { try history.add(try entry(db, number, postings(db, of: number))) } catch let error as CreditError {
        throw LedgerError.damaged("receipt \(id): \(error)")
      }
    }
    return (history, origin)
  }

  static func origin(_ db: any RowTransaction, _ id: ReceiptID) throws -> LedgerEntry.Origin? {
    try db.row("SELECT execution, model, policy, statement FROM attribution WHERE receipt_id = ?", [id.description])
      .map { row in
        LedgerEntry.Origin(
          receiptID: id.description, execution: try row["execution"], model: try row["model"],
          policy: try row["policy"], attribution: SHA256.hash(try row["statement"] as [UInt8]))
      }
  }

  /// Posts the settlement of a receipt that is pending: to escrow where its policy has one.
  static func settle(_ db: any RowTransaction, _ id: ReceiptID, _ place: LedgerEntry.Place, escrowDays: Int64) throws {
    let pending: Int64? = try db.value(
      "SELECT id FROM entry WHERE key = ?", [LedgerEntry.key(.pending, id.description)])
    guard let pending else { return }
    let shares = try postings(db, of: pending).compactMap { posting -> Share? in
      guard case .pending(let contributor) = posting.account, posting.amountNano > 0 else { return nil }
      return Share(contributor: contributor, amountNano: UInt64(posting.amountNano))
    }
    guard let origin = try origin(db, id) else { throw LedgerError.notAttributed(id) }
    var entry = LedgerEntry(
      number: 0, key: LedgerEntry.key(.settlement, id.description), unixMs: id.unixMs, event: .settlement,
      origin: origin, place: place, postings: try LedgerRules.settlement(shares: shares))
    if escrowDays > 0 {
      let day = ReceiptStage.escrowEnd(unixMs: id.unixMs, days: Int(escrowDays))
      entry.detail = try LedgerDetail(unixMs: 0, act: .escrow(untilDay: day)).text
      // In the order of ids, whatever that of the statement is.
      entry.postings = try LedgerRules.escrow(
        shares: shares.sorted { $0.contributor.utf8.lexicographicallyPrecedes($1.contributor.utf8) })
      try db.run("INSERT INTO escrow (receipt_id, until_day) VALUES (?, ?)", [origin.receiptID, Int64(day)])
    }
    try append(db, entry)
  }

  /// Does something to a receipt as it stands, and posts it; what is done already is not done again.
  ///
  /// - Parameter id: of the dispute or adjustment.
  /// - Returns: the entry, and whether it is new.
  static func act(
    _ db: any RowTransaction, _ receipt: ReceiptID, _ detail: LedgerDetail, id: String
  ) throws -> (entry: LedgerEntry, isNew: Bool) {
    let key = LedgerEntry.key(detail.event, id)
    if let known = try entry(db, key: key), known.event == detail.event,
      try LedgerDetail(event: known.event, text: known.detail).act == detail.act
    {
      return (known, false)
    }
    let (history, origin) = try history(db, receipt)
    let new = LedgerEntry(
      number: 0, key: key, unixMs: detail.unixMs, event: detail.event, origin: origin, detail: try detail.text,
      postings: try history.postings(of: detail.act))
    return (try append(db, new), true)
  }

  static func entry(_ db: any RowTransaction, key: String) throws -> LedgerEntry? {
    let number: Int64? = try db.value("SELECT id FROM entry WHERE key = ?", [key])
    return try number.map { try entry(db, $0, postings(db, of: $0)) }
  }
}
