/// An account of the ledger. Its text is its kind, a colon and the owner or contributor, as in `payer:<owner>`.
public enum Account: Hashable, Sendable, CustomStringConvertible {
  /// What the owner of requests paid, as a debit.
  case payer(String)
  /// What a contributor is owed for receipts that are not in the log yet.
  case pending(String)
  /// What a contributor is owed for receipts in the log and a payout may pay. Below zero it is what the contributor owes:
  /// an amount that was paid and then disputed or moved to others, which later earnings fill up first.
  case settled(String)
  /// The same before the escrow of the receipt's policy has ended.
  case escrow(String)
  /// What an open dispute holds.
  case held(String)
  /// What payouts paid.
  case paid(String)

  /// The owner or contributor.
  public var id: String {
    switch self {
    case .payer(let id), .pending(let id), .settled(let id), .escrow(let id), .held(let id), .paid(let id): id
    }
  }

  /// The word before the colon.
  public var kind: String {
    switch self {
    case .payer: "payer"
    case .pending: "pending"
    case .settled: "settled"
    case .escrow: "escrow"
    case .held: "held"
    case .paid: "paid"
    }
  }

  public var description: String { kind + ":" + id }

  /// Reads `description` back. Everything after the first colon is the id, which may have colons itself.
  public init?(_ text: String) {
    guard let colon = text.firstIndex(of: ":") else { return nil }
    let id = String(text[text.index(after: colon)...])
    guard CreditID.isValid(id) else { return nil }
    switch text[..<colon] {
    case "payer": self = .payer(id)
    case "pending": self = .pending(id)
    case "settled": self = .settled(id)
    case "escrow": self = .escrow(id)
    case "held": self = .held(id)
    case "paid": self = .paid(id)
    default: return nil
    }
  }
}

/// One line of a ledger entry.
public struct Posting: Hashable, Sendable {
  public var account: Account
  /// Nano-units: a credit is positive, a debit negative.
  public var amountNano: Int64

  public init(account: Account, amountNano: Int64) {
    self.account = account
    self.amountNano = amountNano
  }
}
