internal import Codec
public import Cryptography

/// The chain over the entries of a ledger: whoever has its head has every entry before it, so that none can be changed,
/// left out or put in between without a trace (FORMAT section 7).
public enum LedgerChain {
  /// What the first entry follows: `H("colophon/ledger/v1" ‖ 0)`.
  public static let start = SHA256.hash(DomainTag.ledger.prefix)

  /// `H("colophon/ledger/v1" ‖ 0 ‖ previous ‖ text of the entry)`.
  public static func next(_ previous: Digest32, _ entry: LedgerEntry) -> Digest32 {
    SHA256.hash(DomainTag.ledger.prefix + previous.bytes + Array(text(entry).utf8))
  }

  /// Lines that end with a line feed; no part of them has one.
  static func text(_ entry: LedgerEntry) -> String {
    var source = "-"
    if let place = entry.place {
      source = "\(place.receipt.hex) \(place.index)"
    } else if entry.event == .pending, let origin = entry.origin {
      source = origin.attribution.hex
    }
    var text = "\(entry.number) \(entry.event.rawValue) \(entry.key) \(entry.origin?.receiptID ?? "-")\n\(source)\n"
    text += "\(entry.detail.isEmpty ? "-" : entry.detail)\n"
    for posting in entry.postings { text += "\(posting.account) \(posting.amountNano)\n" }
    return text
  }
}

/// What a ledger is after its last entry: of two with one digest every balance and every entry is the same.
public struct LedgerState: Hashable, Sendable {
  /// Of the last entry; 0 before the first.
  public let number: UInt64
  public let head: Digest32
  public let digest: Digest32

  /// - Parameter balances: of every account that was ever posted on.
  public init(number: UInt64, head: Digest32, balances: [Account: Int128]) {
    self.number = number
    self.head = head
    var text = ""
    for line in balances.map({ "\($0.key) \($0.value)\n" }).sorted(by: CreditID.precedes) { text += line }
    digest = SHA256.hash(DomainTag.ledgerState.prefix + head.bytes + Array(text.utf8))
  }
}
