internal import Codec
internal import Cryptography

/// What an entry says of its act: a line of JCS that the chain covers, so that whatever is made from an entry can be made
/// again from the ledger alone.
public struct LedgerDetail: Hashable, Sendable {
  /// When it was posted, by the clock of the one who posted it; of an escrow it is not said.
  public var unixMs: UInt64
  public var act: LedgerAct

  public init(unixMs: UInt64, act: LedgerAct) {
    self.unixMs = unixMs
    self.act = act
  }

  /// Its event.
  public var event: LedgerEntry.Event {
    switch act {
    case .escrow: .settlement
    case .release: .release
    case .open: .disputeOpened
    case .uphold: .disputeUpheld
    case .reject: .disputeRejected
    case .adjust: .adjustment
    case .pay: .payout
    }
  }

  public var text: String {
    get throws(CreditError) {
      let time: [JSONMember] =
        if case .escrow = act { [] } else { [JSONMember("unix_ms", .decimal(unixMs))] }
      return try Self.line(.object(act.members + time))
    }
  }

  /// Reads `text` back: it must be as this writes it.
  public init(event: LedgerEntry.Event, text: String) throws(CreditError) {
    let json: JSON
    do { json = try JSON(parsing: Array(text.utf8)) } catch { throw .json(path: event.rawValue, wanted: "JSON") }
    let members = Set((json.objectValue ?? []).map(\.name))
    let fields = try Fields(json, event.rawValue, members)
    act = try LedgerAct(event, fields, json)
    if case .escrow = act { unixMs = 0 } else { unixMs = try fields.decimal("unix_ms") }
    guard try self.text == text else { throw .json(path: event.rawValue, wanted: "in its one spelling") }
  }

  /// The id of a dispute or an adjustment: 32 hexadecimal digits of what it is about, so that the same one asked for again
  /// is the same one, and a rejected dispute needs new evidence to be opened again.
  public static func id(_ act: LedgerAct, receipt: String) throws(CreditError) -> String {
    let about = JSON.object(act.members + [JSONMember("receipt_id", .string(receipt))])
    return String(SHA256.hash(DomainTag.ledgerAct.prefix + Array(try line(about).utf8)).hex.prefix(32))
  }

  /// Whether a text can be the id of a dispute.
  public static func isID(_ text: String) -> Bool {
    text.utf8.count == 32 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }

  private static func line(_ json: JSON) throws(CreditError) -> String {
    do { return String(decoding: try JCS.encode(json), as: UTF8.self) } catch {
      throw .json(path: "an act of the ledger", wanted: "canonical JSON")
    }
  }
}
