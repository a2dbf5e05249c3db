/// An account of the ledger. Its text is `payer:<owner>`, `pending:<contributor>` or `settled:<contributor>`.
public enum Account: Hashable, Sendable, CustomStringConvertible {
  /// What the owner of requests paid, as a debit.
  case payer(String)
  /// What a contributor is owed for receipts that are not in the log yet.
  case pending(String)
  /// What a contributor is owed for receipts in the log.
  case settled(String)

  /// The owner or contributor.
  public var id: String {
    switch self {
    case .payer(let id), .pending(let id), .settled(let id): id
    }
  }

  public var description: String {
    switch self {
    case .payer(let owner): "payer:\(owner)"
    case .pending(let contributor): "pending:\(contributor)"
    case .settled(let contributor): "settled:\(contributor)"
    }
  }

  /// Reads `description` back. Everything after the first colon is the id, which may have colons itself.
  public init?(_ text: String) {
    guard let colon = text.firstIndex(of: ":") else { return nil }
    let id = String(text[text.index(after: colon)...])
    guard CreditID.isValid(id) else { return nil }
    switch text[..<colon] {
    case "payer": self = .payer(id)
    case "pending": self = .pending(id)
    case "settled": self = .settled(id)
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
