import Cryptography

@testable import Credit

/// A small ledger: two receipts by two models, the first settled.
enum ExportFixture {
  static let hostile = "a\"b\\c\nd\u{202e}e,=f\r\n2026-01-01 open Assets:Mine"

  static func digest(_ text: String) -> Digest32 { SHA256.hash(Array(text.utf8)) }

  static func entry(
    _ number: UInt64, _ receipt: String, model: String = "model", at unixMs: UInt64 = 1_757_000_000_123,
    place: LedgerEntry.Place? = nil, _ postings: [Posting]
  ) -> LedgerEntry {
    let event: LedgerEntry.Event = place == nil ? .pending : .settlement
    return LedgerEntry(
      number: number, key: LedgerEntry.key(event, receipt), unixMs: unixMs, event: event,
      origin: origin(receipt, model: model), place: place, postings: postings)
  }

  static func origin(_ receipt: String, model: String = "model") -> LedgerEntry.Origin {
    LedgerEntry.Origin(
      receiptID: receipt, execution: digest("execution \(receipt)"), model: digest(model), policy: digest("policy"),
      attribution: digest("attribution \(receipt)"))
  }

  static func shares(_ list: [(String, UInt64)]) -> [Share] { list.map { Share(contributor: $0.0, amountNano: $0.1) } }

  static func pending(
    _ number: UInt64, _ receipt: String, model: String = "model", at unixMs: UInt64 = 1_757_000_000_123,
    _ list: [(String, UInt64)]
  ) throws -> LedgerEntry {
    entry(number, receipt, model: model, at: unixMs, try LedgerRules.pending(owner: "local", shares: shares(list)))
  }

  static func settled(_ number: UInt64, _ receipt: String, _ list: [(String, UInt64)]) throws -> LedgerEntry {
    entry(
      number, receipt, place: LedgerEntry.Place(receipt: digest("receipt \(receipt)"), index: 7),
      try LedgerRules.settlement(shares: shares(list)))
  }

  static func ledger() throws -> [LedgerEntry] {
    [
      try pending(1, "r1", [("=ada", 1 << 61), ("https://b.example/x", 2)]),
      try pending(3, "r2", model: "other", at: 1_757_100_000_000, [("=ada", 1)]),
      try settled(4, "r1", [("=ada", 1 << 61), ("https://b.example/x", 2)]),
    ]
  }

  static func write(_ format: LedgerFormat, _ entries: [LedgerEntry], names: [String: String] = [:]) throws -> String {
    var writer = format.writer(names: names)
    var text = ""
    for entry in entries { text += try writer.add(entry) }
    return text + (try writer.end())
  }
}
