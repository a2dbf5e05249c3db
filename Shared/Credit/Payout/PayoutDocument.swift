internal import Codec
internal import Cryptography

/// The file of a payout, made from its entry alone: made again it is the same bytes.
///
/// It asks for payments and makes none: no key signs here, and no network is asked. Whoever holds the payer's keys hands
/// each line to its wallet.
public struct PayoutDocument: Sendable {
  let id: String
  let unixMs: UInt64
  let payout: LedgerAct.Payout
  /// In the order of the payees.
  let lines: [Line]

  struct Line: Sendable {
    let contributor: String
    let reference: String
    let amountNano: UInt64
    /// 32 bytes that this payment alone has, in hexadecimal.
    let nonce: String
  }

  /// Errors: ``CreditError/entry(number:why:)`` for an entry that is no payout.
  public init(_ entry: LedgerEntry) throws(CreditError) {
    let detail = try LedgerDetail(event: .payout, text: entry.detail)
    guard let id = entry.payoutID, case .pay(let payout) = detail.act, entry.shares.count == payout.payees.count else {
      throw .entry(number: entry.number, why: "is no payout")
    }
    self.id = id
    self.unixMs = detail.unixMs
    self.payout = payout
    lines = zip(payout.payees, entry.shares).map { payee, share in
      let nonce = SHA256.hash(Array("\(entry.key) \(share.contributor)".utf8))
      return Line(
        contributor: payee.contributor, reference: payee.reference, amountNano: share.amountNano, nonce: nonce.hex)
    }
  }

  /// The bytes of the file, as text that ends with a line feed.
  public var text: String {
    let payments: [JSON] =
      switch payout.terms.format {
      case .x402: lines.map(x402)
      case .openPayments: lines.map(openPayments)
      }
    let total = lines.reduce(Int128(0)) { $0 + Int128($1.amountNano) }
    let document: JSON = [
      "type": "colophon.payout/1", "payout": .string(id), "posted": .string(UnixDay.time(unixMs: unixMs)),
      "until": .string(UnixDay(number: payout.day).text), "format": .string(payout.terms.format.rawValue),
      "asset": .string(payout.terms.asset), "asset_scale": .integer(payout.terms.scale),
      "total_nano": .string(String(total)), "payments": .array(payments),
    ]
    return document.text + "\n"
  }

  /// In the asset's smallest units.
  func value(_ line: Line) -> JSON { .decimal(line.amountNano / payout.terms.unitNano) }

  /// What stands beside the payment, for whoever reads the file.
  func about(_ line: Line) -> [JSONMember] {
    [JSONMember("contributor", .string(line.contributor)), JSONMember("amount_nano", .decimal(line.amountNano))]
  }
}
