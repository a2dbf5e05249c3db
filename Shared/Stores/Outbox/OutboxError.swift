/// Why the outbox refuses.
public enum OutboxError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Somebody else moved the row, or it is gone.
  case moved(receiptID: String, expected: OutboxState)
  /// Somebody else moved a later attribution, or it is gone.
  case laterMoved(receiptID: String, expected: LaterAttribution.Step)
  /// A column that this version cannot read.
  case unreadable(receiptID: String, column: String)
  /// The log's key or name is not the one of the first contact.
  case otherLog(pinned: String, found: String)
  /// Receipts from this number on have been counted already.
  case epochClosed(first: UInt64)

  public var description: String {
    switch self {
    case .moved(let id, let expected): "outbox row \(id) is no longer \(expected.rawValue): another task drives it"
    case .laterMoved(let id, let expected):
      "the later attribution of receipt \(id) is no longer \(expected.rawValue): another task drives it"
    case .unreadable(let id, let column): "outbox row \(id): column \(column) holds what this version cannot read"
    case .otherLog(let pinned, let found): "the log is \(found), but at first contact it was \(pinned)"
    case .epochClosed(let first): "the receipts from number \(first) on are counted by another epoch"
    }
  }
}
