internal import CPostgres
internal import Glibc

/// One connection, used by one thread, which waits in `poll` and nowhere else.
final class PostgresConnection {
  /// One message of a pipeline.
  enum Command {
    /// Prepared at its first use.
    case statement(String, [SQLValue])
    case plain(String, [SQLValue] = [])
    /// Ends what fails together: the commands after it run even if one before it was refused.
    case sync
  }

  /// What came of a command.
  struct Reply {
    var result: SQLResult
    /// The command tag, as `COMMIT`.
    var tag: String
  }

  let handle: OpaquePointer
  let secondsMax: Int
  /// Names of prepared statements by text and types.
  var prepared: [Prepared: String] = [:]
  private var named = 0
  /// No answer of this connection can be trusted to belong to its question any more.
  private(set) var isBroken = false

  struct Prepared: Hashable {
    let sql: String
    let types: [Oid]
  }

  /// Connects. Errors: ``PostgresError/unreachable(_:)``, ``PostgresError/settings(_:)``.
  init(_ settings: PostgresSettings, application: String) throws {
    let parameters = try settings.parameters(application: application)
    let keywords = parameters.map { strdup($0.0) } + [nil]
    let values = parameters.map { strdup($0.1) } + [nil]
    defer { for text in keywords + values { free(text) } }
    let handle = keywords.map { UnsafePointer($0) }.withUnsafeBufferPointer { keywords in
      values.map { UnsafePointer($0) }.withUnsafeBufferPointer { values in
        PQconnectdbParams(keywords.baseAddress, values.baseAddress, 1)
      }
    }
    guard let handle else { throw PostgresError.unreachable("no memory for a connection") }
    self.handle = handle
    // A statement that the server gave up in time is answered before this runs out.
    secondsMax = settings.statementSecondsMax + 5
    guard PQstatus(handle) == CONNECTION_OK else { throw PostgresError.unreachable(message) }
    guard PQsetnonblocking(handle, 1) == 0 else { throw PostgresError.unreachable(message) }
    // Warnings of the server belong to no file of ours.
    PQsetNoticeProcessor(handle, { _, _ in }, nil)
  }

  deinit { PQfinish(handle) }

  /// Whether a transaction is open that must be undone.
  var isIdle: Bool { PQtransactionStatus(handle) == PQTRANS_IDLE }

  func nextName() -> String {
    named += 1
    return "s\(named)"
  }

  var message: String {
    String(cString: PQerrorMessage(handle)).split(whereSeparator: \.isNewline).joined(separator: "; ")
  }

  /// The next answer, nil between two commands. Sends what is not sent yet.
  func next(until deadline: ContinuousClock.Instant) throws -> OpaquePointer? {
    while true {
      let unsent = PQflush(handle)
      guard unsent >= 0 else { throw broken() }
      if unsent == 0, PQisBusy(handle) == 0 { return PQgetResult(handle) }
      try wait(forRoom: unsent == 1, until: deadline)
      guard PQconsumeInput(handle) == 1 else { throw broken() }
    }
  }

  private func wait(forRoom: Bool, until deadline: ContinuousClock.Instant) throws {
    let left = deadline - .now
    let milliseconds = Int32(
      clamping: left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000)
    var socket = pollfd(fd: PQsocket(handle), events: Int16(POLLIN | (forRoom ? POLLOUT : 0)), revents: 0)
    let ready = milliseconds <= 0 ? 0 : poll(&socket, 1, milliseconds)
    if ready == 0 {
      isBroken = true
      throw PostgresError.timedOut(seconds: secondsMax)
    }
    guard ready > 0 || errno == EINTR else { throw broken() }
  }

  func broken() -> PostgresError {
    isBroken = true
    return .lost(message)
  }

  /// The error that a result is. One that ends the session ends the connection too.
  func error(_ result: OpaquePointer) -> PostgresError {
    guard let field = PQresultErrorField(result, 67) else { return broken() }  // PG_DIAG_SQLSTATE is 'C'
    let state = String(cString: field)
    let text = PQresultErrorField(result, 77).map { String(cString: $0) } ?? ""  // PG_DIAG_MESSAGE_PRIMARY is 'M'
    // admin_shutdown, crash_shutdown, cannot_connect_now, two idle timeouts, and all connection exceptions.
    if ["57P01", "57P02", "57P03", "57P05", "25P03"].contains(state) || state.hasPrefix("08")
      || PQstatus(handle) != CONNECTION_OK
    {
      isBroken = true
      return .lost("\(text) (SQLSTATE \(state))")
    }
    return .server(state: state, message: text)
  }
}
