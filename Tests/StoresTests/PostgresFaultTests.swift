import Cryptography
import Foundation
import Synchronization
import Testing

@testable import Stores

/// A server of its own, which dies and comes back.
@Suite(.serialized) struct PostgresFaultTests {
  static let schema = Schema(
    service: "test",
    [
      Migration(
        "rows that cut the connection at their commit", "CREATE TABLE a (n INTEGER NOT NULL) STRICT;",
        postgres: """
          CREATE TABLE a (n BIGINT NOT NULL);
          CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$;
          CREATE CONSTRAINT TRIGGER cut AFTER INSERT ON a DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW WHEN (NEW.n < 0) EXECUTE FUNCTION cut();
          """)
    ])
  let scratch = Scratch()

  func count(_ database: any RowDatabase) async throws -> Int64? {
    try await database.read { db in try db.value("SELECT count(*) FROM a") }
  }

  @Test func `A server that is killed within a transaction has none of it, and all of those before`() async throws {
    let server = try PostgresServer()
    let database = try await PostgresDatabase(server.settings(), schema: Self.schema)
    for number in 1...20 {
      try await database.write { db in _ = try db.run("INSERT INTO a VALUES (?)", [Int64(number)]) }
    }
    let attempts = Attempts()
    try await database.write { db in
      try db.run("INSERT INTO a VALUES (100)")
      if attempts.next() == 1 {
        try server.kill()
        try server.start()
      }
      try db.run("INSERT INTO a VALUES (101)")
    }
    #expect(attempts.count == 2)
    #expect(try await count(database) == 22)
    // Down for longer than it is waited for: an error, and nothing hangs.
    var impatient = try server.settings()
    impatient.reconnectSecondsMax = 0
    let other = try await PostgresDatabase(impatient, schema: Self.schema)
    try server.kill()
    let error = await #expect(throws: PostgresError.self) { try await count(other) }
    #expect(error?.isDisconnection == true)
    // What it would lose on a power cut it must not be given.
    try server.start("-c fsync=off")
    await #expect(throws: PostgresError.unsafe(setting: "fsync", value: "off")) {
      try await PostgresDatabase(impatient, schema: Self.schema)
    }
  }

  @Test func `A commit whose outcome is unknown is said to be so, and repeated only when it may be`() async throws {
    let location = try Backend.postgres.location("\(scratch.path)/x")
    let database = try await location.open(Self.schema)
    let attempts = Attempts()
    let body: @Sendable (any RowTransaction) throws -> Void = { db in
      let attempt = attempts.next()
      try db.run("INSERT INTO a VALUES (?)", [attempt == 1 ? -1 : attempt])
    }
    let error = await #expect(throws: PostgresError.self) { try await database.write(.serializable, body) }
    guard case .outcomeUnknown = error else { throw Stopped() }
    #expect(attempts.count == 1)
    attempts.reset()
    try await database.write(.alone("x"), repeatable: true, body)
    #expect(attempts.count == 2)
    #expect(try await count(database) == 1)
  }

  @Test func `A connection that is cut before the commit is made again, and the lock it held is free`() async throws {
    let location = try Backend.postgres.location("\(scratch.path)/y")
    let (one, other) = (try await location.open(Self.schema), try await location.open(Self.schema))
    let attempts = Attempts()
    try await one.write(.alone("x")) { db in
      try db.run("INSERT INTO a VALUES (1)")
      if attempts.next() == 1 {
        try db.run("SELECT pg_terminate_backend(pg_backend_pid())")
      }
    }
    try await other.write(.alone("x")) { db in _ = try db.run("INSERT INTO a VALUES (2)") }
    #expect(attempts.count == 2)
    #expect(try await count(one) == 2)
  }

  @Test func `A statement that takes too long is ended by the server, and the connection lives`() async throws {
    var settings = try PostgresServer.shared.get().settings()
    settings.schemaName = "t_slow"
    settings.statementSecondsMax = 1
    let database = try await PostgresDatabase(settings, schema: Self.schema)
    let error = await #expect(throws: PostgresError.self) {
      try await database.read { db in _ = try db.run("SELECT pg_sleep(60)") }
    }
    guard case .server(state: "57014", _) = error else { throw Stopped() }
    #expect(try await count(database) == 0)
  }

  @Test func `Beyond its limit the queue for connections refuses`() async throws {
    var settings = try PostgresSettings(
      conninfo: PostgresServer.shared.get().settings().conninfo, connectionsMax: 1)
    settings.schemaName = "t_busy"
    settings.waitingMax = 1
    let database = try await PostgresDatabase(settings, schema: Self.schema)
    let go = DispatchSemaphore(value: 0)
    let outcomes = await withTaskGroup(of: PostgresError?.self) { group in
      for _ in 0..<4 {
        group.addTask {
          do {
            try await database.read { _ in go.wait() }
            return nil
          } catch { return error as? PostgresError }
        }
      }
      // Of four at once, one may run and one may wait: two at least are refused before any is let go.
      var outcomes: [PostgresError?] = []
      for _ in 0..<2 { outcomes.append(await group.next() ?? nil) }
      for _ in 0..<4 { go.signal() }
      for await outcome in group { outcomes.append(outcome) }
      return outcomes
    }
    #expect(outcomes.prefix(2).allSatisfy { $0 == .busy(waiting: 1) })
    #expect(outcomes.contains(nil))
  }
}

private final class Attempts: Sendable {
  private let value = Mutex<Int64>(0)

  var count: Int64 { value.withLock { $0 } }
  func reset() { value.withLock { $0 = 0 } }
  func next() -> Int64 {
    value.withLock { value in
      value += 1
      return value
    }
  }
}
