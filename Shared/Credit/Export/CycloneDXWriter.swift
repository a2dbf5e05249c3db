internal import Codec
internal import Cryptography

/// CycloneDX 1.6: a component each model, by the digest of its statement, with what its contributors earned as properties.
struct CycloneDXWriter: LedgerWriter {
  private let names: [String: String]
  private(set) var book = LedgerBook()
  /// Nano-units by model, then account: of contributors only. What was paid is of no model, but of all that they earned.
  private var models: [Digest32: [Account: Int128]] = [:]

  init(names: [String: String]) { self.names = names }

  mutating func add(_ entry: LedgerEntry) throws(CreditError) -> String {
    try book.add(entry)
    guard let origin = entry.origin else { return "" }
    for posting in entry.postings {
      if case .payer = posting.account { continue }
      models[origin.model, default: [:]][posting.account, default: 0] += Int128(posting.amountNano)
    }
    return ""
  }

  func end() -> String {
    let paid = book.accounts.compactMap { account -> JSON? in
      guard let nano = book.balances[account] else { return nil }
      switch account {
      case .payer(let owner): return Self.property("paid_nano:\(owner)", String(-nano))
      case .paid(let contributor): return Self.property("paid_out_nano:\(contributor)", String(nano))
      default: return nil
      }
    }
    let document: JSON = [
      "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
      "metadata": [
        "component": ["type": "application", "bom-ref": "colophon-ledger", "name": "Colophon ledger"],
        "properties": .array([Self.property("entries", String(book.entryCount))] + paid),
      ],
      "components": .array(models.sorted { $0.key < $1.key }.map { component($0.key, $0.value) }),
    ]
    return document.text + "\n"
  }

  private func component(_ model: Digest32, _ earned: [Account: Int128]) -> JSON {
    let accounts = earned.keys.sorted { CreditID.precedes($0.description, $1.description) }
    var contributors: [String] = []
    var seen: Set<String> = []
    var properties: [JSON] = []
    for account in accounts {
      properties.append(Self.property("\(account.kind)_nano:\(account.id)", String(earned[account] ?? 0)))
      if seen.insert(account.id).inserted { contributors.append(account.id) }
    }
    return [
      "type": "machine-learning-model", "bom-ref": .string("model-\(model.hex)"),
      "name": .string("sha256:\(model.hex)"),
      "authors": .array(contributors.map { ["name": .string(names[$0] ?? $0)] }),
      "properties": .array(properties),
    ]
  }

  private static func property(_ name: String, _ value: String) -> JSON {
    ["name": .string("colophon:\(name)"), "value": .string(value)]
  }
}
