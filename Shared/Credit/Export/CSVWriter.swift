internal import Cryptography

/// RFC 4180 with a header line: one line a posting, amounts with the ledger's sign (a credit is positive).
struct CSVWriter: LedgerWriter {
  private static let columns = [
    "entry", "line", "time", "receipt_id", "event", "account", "party", "name", "amount_nano", "log_index", "receipt",
    "attribution", "policy", "execution", "model", "key", "detail", "chain",
  ]

  private let names: [String: String]
  private(set) var book = LedgerBook()

  init(names: [String: String]) { self.names = names }

  mutating func add(_ entry: LedgerEntry) throws(CreditError) -> String {
    let isFirst = book.entryCount == 0
    try book.add(entry)
    let origin = entry.origin
    let tail = [
      entry.place.map { String($0.index) } ?? "", entry.place.map { $0.receipt.hex } ?? "",
      origin?.attribution.hex ?? "", origin?.policy.hex ?? "", origin?.execution.hex ?? "", origin?.model.hex ?? "",
      ExportText.cell(entry.key), ExportText.cell(entry.detail), book.head.hex,
    ]
    var text = isFirst ? Self.row(Self.columns) : ""
    for (line, posting) in entry.postings.enumerated() {
      // The amount is the one cell that may begin with a minus sign.
      text += Self.row(
        [
          String(entry.number), String(line), UnixDay.time(unixMs: entry.unixMs),
          ExportText.cell(origin?.receiptID ?? ""), entry.event.rawValue, posting.account.kind,
          ExportText.cell(posting.account.id),
          ExportText.cell(names[posting.account.id] ?? ""), String(posting.amountNano),
        ] + tail)
    }
    return text
  }

  func end() -> String { book.entryCount == 0 ? Self.row(Self.columns) : "" }

  private static func row(_ cells: [String]) -> String { cells.joined(separator: ",") + "\r\n" }
}
