/// A ledger done again from its entries: all that the rules say of each receipt, each dispute and each payout. It remembers
/// every receipt, so that its memory grows with the ledger. After an error it is of no further use.
public struct LedgerReplay: Sendable {
  public private(set) var book = LedgerBook()
  private var receipts: [String: ReceiptHistory] = [:]
  private var payouts: Set<String> = []

  public init() {}

  public var receiptCount: Int { receipts.count }
  public var payoutCount: Int { payouts.count }
  public var disputeCount: Int { receipts.values.reduce(0) { $0 + $1.disputes.count } }
  public var openDisputeCount: Int {
    receipts.values.reduce(0) { $0 + $1.disputes.count { $0.state == .open } }
  }

  /// Takes the next entry. Errors: ``CreditError/entry(number:why:)``.
  public mutating func add(_ entry: LedgerEntry) throws(CreditError) {
    if let id = entry.origin?.receiptID {
      try receipts[id, default: ReceiptHistory(receiptID: id)].add(entry)
      try book.add(entry, isPosted: true)
    } else {
      guard payouts.insert(entry.key).inserted else {
        throw .entry(number: entry.number, why: "pays '\(entry.key)' again")
      }
      try book.add(entry)
    }
  }
}
