/// Why PostgreSQL did not do what it was asked.
public enum PostgresError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The connection cannot be made from what the settings say.
  case settings(String)
  /// Nobody answered, or the server let nobody in.
  case unreachable(String)
  /// The connection ended before the commit was sent: nothing was written.
  case lost(String)
  /// The connection ended during the commit: it may have happened or not.
  case outcomeUnknown(String)
  /// The server did not answer in time.
  case timedOut(seconds: Int)
  /// The server refused a statement. `state` is its SQLSTATE (PostgreSQL, appendix A).
  case server(state: String, message: String)
  /// The transaction met others again and again.
  case contended(attempts: Int)
  /// Too much is waiting for a connection.
  case busy(waiting: Int)
  /// The server's settings would lose what was committed.
  case unsafe(setting: String, value: String)

  public var description: String {
    switch self {
    case .settings(let why): "the database setting cannot be used: \(why)"
    case .unreachable(let why): "PostgreSQL cannot be reached: \(why)"
    case .lost(let why): "the connection to PostgreSQL was lost, and nothing was written: \(why)"
    case .outcomeUnknown(let why):
      "the connection to PostgreSQL was lost during a commit, which may have happened: ask again before you repeat it "
        + "(\(why))"
    case .timedOut(let seconds): "PostgreSQL did not answer within \(seconds) s"
    case .server(let state, let message): "PostgreSQL refused (SQLSTATE \(state)): \(message)"
    case .contended(let attempts): "PostgreSQL undid the transaction \(attempts) times for others': try again later"
    case .busy(let waiting): "\(waiting) transactions are waiting for PostgreSQL already, the limit: try again later"
    case .unsafe(let setting, let value):
      "the server of PostgreSQL has \(setting) = \(value): a power cut could lose what was committed; set it to on"
    }
  }

  /// Whether another transaction was in the way, so that this one may succeed when it is run again:
  /// serialization_failure, deadlock_detected.
  var isConflict: Bool {
    guard case .server(let state, _) = self else { return false }
    return state == "40001" || state == "40P01"
  }

  /// Whether the connection is gone.
  var isDisconnection: Bool {
    switch self {
    case .unreachable, .lost, .outcomeUnknown, .timedOut: true
    default: false
    }
  }
}
