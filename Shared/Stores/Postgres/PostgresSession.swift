internal import Cryptography
internal import Glibc

/// The connection of one thread: made when it is needed, made again when it was lost. Every transaction goes through
/// ``transaction(_:repeatable:_:)``.
final class PostgresSession {
  /// What a transaction may do.
  enum Kind {
    case read
    case write(Isolation)
  }

  private static var conflictsMax: Int { 40 }

  private let settings: PostgresSettings
  private let schema: String
  private var connection: PostgresConnection?

  init(_ settings: PostgresSettings, schema: String) {
    self.settings = settings
    self.schema = schema
  }

  /// Runs `body` in a transaction, again when others were in its way or the connection was lost before the commit, and
  /// never when the commit may have happened, unless it is `repeatable`.
  func transaction<T>(_ kind: Kind, repeatable: Bool, _ body: (any RowTransaction) throws -> T) throws -> T {
    let patience = ContinuousClock.now + .seconds(settings.reconnectSecondsMax)
    var (conflicts, losses) = (0, 0)
    while true {
      do { return try once(kind, body) } catch let error as PostgresError {
        switch error {
        case _ where error.isConflict:
          conflicts += 1
          guard conflicts < Self.conflictsMax else { throw PostgresError.contended(attempts: conflicts) }
          Self.pause(conflicts, msMax: 100)
        case .lost, .unreachable,
          .outcomeUnknown where repeatable:
          losses += 1
          guard ContinuousClock.now < patience else { throw error }
          Self.pause(losses, msMax: 1000)
        default: throw error
        }
      }
    }
  }

  /// Connects once, without patience, and looks at what the server would lose.
  func open() throws {
    let connection = try connect()
    for name in ["fsync", "full_page_writes"] {
      let value = try connection.run([.plain("SELECT current_setting('\(name)')")]).first?.result.rows.first
      let text: String = try value?.first() ?? ""
      guard text == "on" else { throw PostgresError.unsafe(setting: name, value: text) }
    }
    self.connection = connection
  }

  private func connect() throws -> PostgresConnection {
    let connection = try PostgresConnection(settings, application: schema)
    // A commit waits for the disk, whatever the server's default is; a stronger one stays.
    try connection.script(
      """
      SET search_path = \(schema); SET statement_timeout = '\(settings.statementSecondsMax)s';
      SET idle_in_transaction_session_timeout = '60s';
      SELECT set_config('synchronous_commit', 'on', false)
        WHERE current_setting('synchronous_commit') IN ('off', 'local')
      """)
    return connection
  }

  private func once<T>(_ kind: Kind, _ body: (any RowTransaction) throws -> T) throws -> T {
    let connection = try self.connection ?? connect()
    self.connection = nil
    let transaction = PostgresTransaction(connection, opening: opening(kind))
    do {
      let value = try body(transaction)
      if transaction.isBegun { try commit(connection, kind) }
      self.connection = connection
      return value
    } catch {
      // What cannot be undone goes with its connection, locks and all.
      if !connection.isBroken, (try? connection.run(closing("ROLLBACK", kind))) != nil, connection.isIdle {
        self.connection = connection
      }
      throw error
    }
  }

  private func commit(_ connection: PostgresConnection, _ kind: Kind) throws {
    do {
      let tag = try connection.run(closing("COMMIT", kind)).first?.tag
      guard tag == "COMMIT" else {
        throw PostgresError.server(state: "25P02", message: "a statement of the transaction had failed")
      }
    } catch PostgresError.lost(let why) { throw PostgresError.outcomeUnknown(why) } catch PostgresError.timedOut(
      let seconds)
    { throw PostgresError.outcomeUnknown("no answer within \(seconds) s") }
  }

  /// The lock is of the session and comes before the snapshot: who waited for it sees what the one before committed.
  private func opening(_ kind: Kind) -> [PostgresConnection.Command] {
    switch kind {
    case .read: [.plain("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")]
    case .write(.serializable): [.plain("BEGIN ISOLATION LEVEL SERIALIZABLE")]
    case .write(.rowLocks): [.plain("BEGIN ISOLATION LEVEL READ COMMITTED")]
    case .write(.alone(let name)):
      [
        .statement("SELECT pg_advisory_lock(?)", [.integer(lock(name))]), .sync,
        .plain("BEGIN ISOLATION LEVEL SERIALIZABLE"),
      ]
    }
  }

  private func closing(_ end: String, _ kind: Kind) -> [PostgresConnection.Command] {
    guard case .write(.alone) = kind else { return [.plain(end)] }
    return [.plain(end), .sync, .statement("SELECT pg_advisory_unlock_all()", [])]
  }

  private func lock(_ name: String) -> Int64 {
    SHA256.hash(Array("\(schema)/\(name)".utf8)).bytes.prefix(8).reduce(0) { $0 << 8 | Int64($1) }
  }

  /// Longer each time, and never the same for two that met.
  private static func pause(_ attempt: Int, msMax: Int) {
    let ceiling = min(msMax, 2 << min(attempt, 10))
    usleep(UInt32(Int.random(in: 1...ceiling * 1000)))
  }
}
