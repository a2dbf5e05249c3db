/// How far a receipt is: which account of a contributor has what the receipt credits it.
public enum ReceiptStage: Hashable, Sendable {
  /// Nothing is posted.
  case none
  case pending
  /// In the log, and its escrow ends with the beginning of this day.
  case escrow(untilDay: Int)
  /// In the log, and no escrow keeps it from being paid.
  case settled

  /// Of a contributor; nil where nothing can be disputed, adjusted or paid.
  func account(of contributor: String) -> Account? {
    switch self {
    case .none, .pending: nil
    case .escrow: .escrow(contributor)
    case .settled: .settled(contributor)
    }
  }

  /// The day from which on a receipt may be released: that of its id in UTC, plus the escrow days of its policy. The id's time
  /// is the orchestrator's word, as every time in a statement is.
  public static func escrowEnd(unixMs: UInt64, days: Int) -> Int { UnixDay(unixMs: unixMs).number + days }
}
