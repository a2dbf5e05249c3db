/// How far a request has come, in order. Each state is durable before the call that leads to the next one is made.
public enum OutboxState: String, Sendable, CaseIterable, Comparable {
  /// Has its id and its number; from here on it ends in exactly one receipt.
  case accepted
  /// The execution statement and the openings are here.
  case executed
  /// Storage keeps them and signed so.
  case kept
  /// Its price is shared.
  case attributed
  /// A verdict is here, or the settings ask for none.
  case verified
  /// The receipt's signed bytes are here and never change again.
  case signed
  /// They are in the log.
  case published
  /// And in the ledger. Nothing is left to do.
  case settled

  private var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }

  public static func < (a: OutboxState, b: OutboxState) -> Bool { a.order < b.order }
}
