public import Credit
public import Cryptography
public import Receipts

/// What an act posted.
public struct PostedAct: Sendable, Equatable {
  /// Of the dispute, the adjustment or the payout.
  public let id: String
  public let entry: LedgerEntry
  /// False where the same was posted before.
  public let isNew: Bool
}

/// A dispute as it stands.
public struct LedgerDispute: Sendable, Equatable {
  /// Number of the entry that opened it.
  public let entry: UInt64
  public let receiptID: String
  public let dispute: ReceiptHistory.Dispute
}

extension LedgerStore {
  /// Disputes of one page.
  public static let pageDisputesMax = 256

  /// Holds what is contested of a receipt.
  ///
  /// Errors: ``LedgerError/notAttributed(_:)``, `CreditError.refusedAct` where there is nothing to hold.
  public func open(
    _ contest: LedgerAct.Contest, of receipt: ReceiptID, unixMs: UInt64
  ) async throws -> PostedAct {
    let detail = LedgerDetail(unixMs: unixMs, act: .open(contest))
    let id = try LedgerDetail.id(detail.act, receipt: receipt.description)
    return try await database.write(Self.writes, repeatable: true) { db in
      let (entry, isNew) = try Self.act(db, receipt, detail, id: id)
      return PostedAct(id: id, entry: entry, isNew: isNew)
    }
  }

  /// Ends a dispute: gives what it holds to those of `shares`, or to nobody else.
  ///
  /// - Parameter shares: nil rejects the dispute; none uphold it for `unattributed`.
  ///
  /// Errors: ``LedgerError/unknownDispute(_:)``, `CreditError` for one that has ended otherwise and for shares that do not add
  /// up to what is held.
  public func close(
    _ id: String, shares: [Share]?, evidence: Digest32, unixMs: UInt64
  ) async throws -> PostedAct {
    try await database.write(Self.writes, repeatable: true) { db in
      let text: String? = try db.value(
        "SELECT receipt_id FROM entry WHERE key = ?", [LedgerEntry.key(.disputeOpened, id)])
      guard let receipt = text.flatMap({ ReceiptID($0) }) else { throw LedgerError.unknownDispute(id) }
      var resolution = LedgerAct.Resolution(dispute: id, evidence: evidence)
      if let shares {
        resolution.shares = shares
        if shares.isEmpty {
          let held = try Self.history(db, receipt).history.disputes.first { $0.id == id }?.held ?? []
          let sum = held.reduce(0) { $0 + $1.amountNano }
          resolution.shares = [Share(contributor: CreditID.unattributed, amountNano: sum)]
        }
      }
      let detail = LedgerDetail(unixMs: unixMs, act: shares == nil ? .reject(resolution) : .uphold(resolution))
      let (entry, isNew) = try Self.act(db, receipt, detail, id: id)
      return PostedAct(id: id, entry: entry, isNew: isNew)
    }
  }

  /// Changes whom a receipt credits, because of what came later.
  ///
  /// Errors: ``LedgerError/notAttributed(_:)``, `CreditError` for shares that do not add up to what the receipt credits free
  /// of disputes.
  public func adjust(
    _ receipt: ReceiptID, _ adjustment: LedgerAct.Adjustment, unixMs: UInt64
  ) async throws -> PostedAct {
    let detail = LedgerDetail(unixMs: unixMs, act: .adjust(adjustment))
    let id = try LedgerDetail.id(detail.act, receipt: receipt.description)
    return try await database.write(Self.writes, repeatable: true) { db in
      let (entry, isNew) = try Self.act(db, receipt, detail, id: id)
      return PostedAct(id: id, entry: entry, isNew: isNew)
    }
  }

  /// What one receipt credits now, and its disputes.
  public func history(of receipt: ReceiptID) async throws -> ReceiptHistory {
    try await database.read { db in try Self.history(db, receipt).history }
  }

  /// The disputes that were opened behind an entry, in order; nothing at the end.
  public func disputes(afterEntry number: UInt64) async throws -> [LedgerDispute] {
    guard let number = Int64(exactly: number) else { return [] }
    return try await database.read { db in
      try db.rows(
        "SELECT id, key, receipt_id FROM entry WHERE event = 'dispute-opened' AND id > ? ORDER BY id LIMIT ?",
        [number, Int64(Self.pageDisputesMax)]
      ).map { row in
        let (entry, key, text): (Int64, String, String) = (try row["id"], try row["key"], try row["receipt_id"])
        guard let receipt = ReceiptID(text),
          let dispute = try Self.history(db, receipt).history.disputes.first(where: {
            LedgerEntry.key(.disputeOpened, $0.id) == key
          })
        else { throw LedgerError.damaged("entry \(entry) opens no dispute of receipt \(text)") }
        return LedgerDispute(entry: UInt64(entry), receiptID: text, dispute: dispute)
      }
    }
  }
}
