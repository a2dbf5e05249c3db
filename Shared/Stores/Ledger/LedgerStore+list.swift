public import Credit
internal import Cryptography
internal import Receipts

/// Lines of an entry as they were asked for, with the entry's head.
public struct LedgerPart: Sendable, Equatable {
  /// The entry with these postings alone.
  public let entry: LedgerEntry
  /// Of its first posting, counted from 1.
  public let firstLine: UInt64
}

extension LedgerStore {
  /// Postings and entries in one page, so that neither long entries nor many make a large answer.
  public static let pagePostingsMax = 4_096
  static let pageEntriesMax = 512

  /// What follows line `line` of entry `number`, in order; nothing at the end.
  ///
  /// Errors: ``LedgerError/damaged(_:)``.
  public func parts(afterEntry number: UInt64, line: UInt64) async throws -> [LedgerPart] {
    // Nothing follows what no row can have.
    guard let number = Int64(exactly: number), let line = Int64(exactly: line) else { return [] }
    return try await database.read { db in
      let next = try db.cursor(
        """
        SELECT entry_id, line, account, amount_nano FROM posting WHERE (entry_id, line) > (?, ?)
        ORDER BY entry_id, line LIMIT ?
        """, [number, line - 1, Int64(Self.pagePostingsMax)])
      var parts: [(number: Int64, line: Int64, postings: [Posting])] = []
      while let row = try next() {
        let entry: Int64 = try row["entry_id"]
        let text: String = try row["account"]
        guard let account = Account(text) else {
          throw LedgerError.damaged("'\(text)' of entry \(entry) is no account")
        }
        if parts.last?.number != entry {
          guard parts.count < Self.pageEntriesMax else { break }
          parts.append((entry, try row["line"], []))
        }
        parts[parts.count - 1].postings.append(Posting(account: account, amountNano: try row["amount_nano"]))
      }
      return try parts.map { part in
        LedgerPart(
          entry: try Self.entry(db, part.number, part.postings), firstLine: UInt64(part.line) + 1)
      }
    }
  }

  /// An entry with these of its postings.
  static func entry(_ db: any RowTransaction, _ number: Int64, _ postings: [Posting]) throws -> LedgerEntry {
    let row = try db.row(
      """
      SELECT entry.key, entry.receipt_id, event, detail, chain, settlement.receipt, log_index
      FROM entry LEFT JOIN settlement ON settlement.receipt_id = entry.receipt_id WHERE entry.id = ?
      """, [number])
    guard let row, let event = Event(rawValue: try row["event"]), number > 0 else {
      throw LedgerError.damaged("entry \(number) has postings and is of no event")
    }
    let (key, detail): (String, String) = (try row["key"], try row["detail"])
    var entry = LedgerEntry(
      number: UInt64(number), key: key, unixMs: 0, event: event, origin: nil, detail: detail, postings: postings,
      chain: try row["chain"])
    if let text: String = try row["receipt_id"] {
      guard let id = ReceiptID(text), let origin = try origin(db, id) else {
        throw LedgerError.damaged("entry \(number) has postings and is of no receipt")
      }
      entry.origin = origin
      entry.unixMs = id.unixMs
      if event == .settlement {
        guard let receipt: Digest32 = try row["receipt"], let index: Int64 = try row["log_index"] else {
          throw LedgerError.damaged("entry \(number) settles receipt \(id), which is at no index of the log")
        }
        entry.place = LedgerEntry.Place(receipt: receipt, index: UInt64(index))
      }
    }
    if event != .pending, event != .settlement {
      do { entry.unixMs = try LedgerDetail(event: event, text: detail).unixMs } catch {
        throw LedgerError.damaged("the detail of entry \(number) cannot be read: \(error)")
      }
    }
    return entry
  }
}
