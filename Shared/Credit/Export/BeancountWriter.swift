internal import Cryptography

/// Beancount. What somebody paid is `Assets:Payer`, what is owed `Liabilities:Pending`, `:Escrow`, `:Held` and `:Settled`,
/// what payouts took `Liabilities:Paid`, and a debit is positive there: every sign is the reverse of the ledger's. The
/// account of an id is `X` and the id's name of letters, digits and hyphens; the id itself stands at its `open`.
struct BeancountWriter: LedgerWriter {
  static let commodity = "NANO"

  private let names: [String: String]
  private(set) var book = LedgerBook()

  init(names: [String: String]) { self.names = names }

  mutating func add(_ entry: LedgerEntry) throws(CreditError) -> String {
    let isFirst = book.entryCount == 0
    try book.add(entry)
    var lines = isFirst ? Self.header : []
    let day = UnixDay(unixMs: entry.unixMs).text
    let subject = entry.origin?.receiptID ?? entry.key
    lines.append("\(day) * \"\(entry.event.rawValue)\" \(ExportText.beancount(subject))")
    lines.append("  entry: \(entry.number)")
    if let origin = entry.origin {
      for (name, digest) in [
        ("execution", origin.execution), ("model", origin.model), ("policy", origin.policy),
        ("attribution", origin.attribution),
      ] { lines.append("  \(name): \"sha256:\(digest.hex)\"") }
    }
    if let place = entry.place {
      lines += ["  receipt: \"sha256:\(place.receipt.hex)\"", "  log-index: \(place.index)"]
    }
    if !entry.detail.isEmpty {
      lines += ["  key: \(ExportText.beancount(entry.key))", "  detail: \(ExportText.beancount(entry.detail))"]
    }
    for posting in entry.postings {
      lines.append("  \(Self.account(posting.account))  \(-Int128(posting.amountNano)) \(Self.commodity)")
    }
    return lines.joined(separator: "\n") + "\n\n"
  }

  /// Beancount sorts by day, so that accounts may be opened at the end. An assertion holds at the beginning of its day.
  func end() -> String {
    guard let days = book.days else { return Self.header.joined(separator: "\n") }
    var lines: [String] = []
    for account in book.accounts {
      lines.append("\(days.lowerBound.text) open \(Self.account(account)) \(Self.commodity)")
      lines.append("  party: \(ExportText.beancount(account.id))")
      if let name = names[account.id] { lines.append("  name: \(ExportText.beancount(name))") }
    }
    for account in book.accounts {
      let nano = -(book.balances[account] ?? 0)
      // Without a tolerance of its own an assertion would forgive a little.
      lines.append("\(days.upperBound.next.text) balance \(Self.account(account)) \(nano) ~ 0 \(Self.commodity)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static let header = [
    "; The ledger of a Colophon suite. Amounts are whole nano-units: 10^-9 of the currency that prices are in.",
    "; A debit is positive. Days are UTC: those of the receipts' ids, and of the acts that came later.",
    "option \"title\" \"Colophon ledger\"",
    "option \"operating_currency\" \"\(commodity)\"", "",
  ]

  private static func account(_ account: Account) -> String {
    let kind =
      switch account {
      case .payer: "Assets:Payer"
      case .pending: "Liabilities:Pending"
      case .settled: "Liabilities:Settled"
      case .escrow: "Liabilities:Escrow"
      case .held: "Liabilities:Held"
      case .paid: "Liabilities:Paid"
      }
    return "\(kind):X\(ExportText.name(account.id))"
  }
}
