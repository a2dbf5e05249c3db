internal import Codec
public import Cryptography

/// The chain over the entries of a ledger: whoever has its head has every entry before it, so that none can be changed,
/// left out or put in between without a trace (FORMAT section 7).
public enum LedgerChain {
  /// What the first entry follows: `H("colophon/ledger/v1" ‖ 0)`.
  public static let start = SHA256.hash(DomainTag.ledger.prefix)

  /// `H("colophon/ledger/v1" ‖ 0 ‖ previous ‖ text of the entry)`.
  public static func next(_ previous: Digest32, _ entry: LedgerEntry) -> Digest32 {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(512 + entry.detail.utf8.count + 64 * entry.postings.count)
    bytes += prefix
    previous.withUnsafeBytes { bytes += $0 }
    append(entry, to: &bytes)
    return SHA256.hash(bytes)
  }

  private static let prefix = DomainTag.ledger.prefix

  /// Lines that end with a line feed; no part of them has one. Every entry of a ledger goes through here, so that they are
  /// put together as bytes.
  private static func append(_ entry: LedgerEntry, to bytes: inout [UInt8]) {
    func word(_ text: String, _ end: Unicode.Scalar) {
      bytes += text.utf8
      bytes.append(UInt8(ascii: end))
    }
    func hex(_ digest: Digest32, _ end: Unicode.Scalar) {
      digest.withUnsafeBytes {
        for byte in $0 {
          bytes.append(digit(byte >> 4))
          bytes.append(digit(byte & 15))
        }
      }
      bytes.append(UInt8(ascii: end))
    }
    func digit(_ value: UInt8) -> UInt8 { value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value }
    word(String(entry.number), " ")
    word(entry.event.rawValue, " ")
    word(entry.key, " ")
    word(entry.origin?.receiptID ?? "-", "\n")
    if let place = entry.place {
      hex(place.receipt, " ")
      word(String(place.index), "\n")
    } else if entry.event == .pending, let origin = entry.origin {
      hex(origin.attribution, "\n")
    } else {
      word("-", "\n")
    }
    word(entry.detail.isEmpty ? "-" : entry.detail, "\n")
    for posting in entry.postings {
      word(posting.account.kind, ":")
      word(posting.account.id, " ")
      word(String(posting.amountNano), "\n")
    }
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
