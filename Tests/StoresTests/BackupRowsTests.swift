import Cryptography
import Foundation
import Receipts
import Testing

@testable import Stores

/// Backups of rows in PostgreSQL, and restores to it.
@Suite struct BackupRowsTests {
  var suite = BackupFixture()

  /// A suite whose rows are in one database, and whose backup goes to another.
  private func moving(_ from: Backend, _ to: Backend) -> BackupFixture {
    var suite = suite
    (suite.backend, suite.target) = (from, to)
    return suite
  }

  @Test(arguments: [(Backend.postgres, Backend.sqlite), (.sqlite, .postgres), (.postgres, .postgres)])
  func `Every row of every service comes back, from either database to either`(_ from: Backend, _ to: Backend)
    async throws
  {
    let suite = moving(from, to)
    _ = try await suite.makeSuite(entries: 300)
    try await fill(suite, in: suite.data, 1...40)
    let manifest = try suite.back()
    #expect(manifest.logSize == 301)
    #expect(try suite.restore() == manifest)
    for service in ["orchestrator/outbox", "attribution/ledger", "storage/storage"] {
      #expect(FileManager.default.fileExists(atPath: "\(suite.restored)/\(service).sqlite") == (to == .sqlite))
    }
    #expect(!FileManager.default.fileExists(atPath: "\(suite.restored).restoring"))
    // What the restored suite has is what was backed up: seen by a backup of it.
    var again = SuiteBackup(data: suite.restored, target: "\(suite.scratch.path)/again", withKeys: false, unixMs: 8)
    again.rows = try suite.places(in: suite.restored)
    #expect(try again.run().logRoot == manifest.logRoot)
    for rows in ServiceRows.all(in: "", [:]) {
      let (before, after) = (
        try Self.rows("\(suite.backup)/\(rows.path)"), try Self.rows("\(again.target)/\(rows.path)")
      )
      #expect(before == after)
      // The outbox has a head only; what was filled is in the other two.
      #expect(before.values.reduce(0) { $0 + $1.count } >= 1, "\(rows.path)")
    }
    // And it goes on: numbers of rows follow those that came with theirs.
    let log = try await LogFixture(folder: "\(suite.restored)/storage", backend: to).open()
    #expect(try await append(0..<310, to: log).count == 310)
    try await fill(suite, in: suite.restored, 41...50)
    let blobs = try await suite.blobs(in: suite.restored)
    #expect(try await blobs.catalogue.retention(of: BlobName(of: Array("statement 7".utf8))) == [.opening])
  }

  /// Receipts in a ledger: rows that the database numbers itself.
  private func fill(_ suite: BackupFixture, in data: String, _ numbers: ClosedRange<Int>) async throws {
    let fixture = try LedgerFixture()
    let ledger = try await LedgerStore(suite.place("attribution", in: data))
    _ = try await ledger.keep(policy: fixture.policy)
    for number in numbers {
      _ = try await fixture.post(ledger, number, [("alice", 5), ("bob", UInt64(number))])
      if number % 2 == 0 { _ = try await LedgerFixture.settle(ledger, number) }
    }
    _ = try await ledger.audit(.statements)
  }

  /// All rows of a file by table, in one order.
  private static func rows(_ path: String) throws -> [String: [String]] {
    try SQLiteCopy.read(path) { db in
      let tables = try db.rows("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
      var found: [String: [String]] = ["": ["\(try db.schemaVersion())"]]
      for table in tables {
        let name: String = try table["name"]
        let columns: [String] = try db.rows("SELECT name FROM pragma_table_info(?) ORDER BY name", [name]).map {
          try $0["name"]
        }
        let list = columns.map { "\"\($0)\"" }.joined(separator: ", ")
        found[name] = try db.rows("SELECT \(list) FROM \"\(name)\"").map { "\($0.values)" }.sorted()
      }
      return found
    }
  }

  @Test func `A restore fills no schema that has rows, and says how to empty one`() async throws {
    let suite = moving(.sqlite, .postgres)
    _ = try await suite.makeSuite()
    _ = try suite.back()
    _ = try await LedgerStore(suite.place("attribution", in: suite.restored))
    let error = #expect(throws: BackupError.self) { try suite.restore() }
    guard case .rowsThere(_, let schema)? = error else { throw Stopped() }
    #expect("\(try #require(error))".contains("DROP SCHEMA \(schema) CASCADE"))
    #expect(!FileManager.default.fileExists(atPath: suite.restored))
    #expect(!FileManager.default.fileExists(atPath: "\(suite.restored).restoring"))
    try await drop(suite, in: suite.restored)
    _ = try suite.restore()
  }

  @Test func `Stopped between any two services, a restore to PostgreSQL leaves no data folder and can be done again`()
    async throws
  {
    let suite = moving(.sqlite, .postgres)
    _ = try await suite.makeSuite()
    let manifest = try suite.back()
    let before = suite.image(suite.backup)
    for stop in [BackupStep.loaded("orchestrator"), .loaded("attribution"), .loaded("storage"), .restored] {
      #expect(throws: Stopped.self) { try suite.restore { $0.fault = { if $0 == stop { throw Stopped() } } } }
      #expect(suite.image(suite.backup) == before)
      #expect(!FileManager.default.fileExists(atPath: suite.restored))
      #expect(throws: BackupError.self) { try suite.restore() }
      try FileManager.default.removeItem(atPath: "\(suite.restored).restoring")
      try await drop(suite, in: suite.restored)
    }
    #expect(try suite.restore() == manifest)
    #expect(try await LogFixture(folder: "\(suite.restored)/storage", backend: .postgres).open().published.size == 6)
  }

  @Test func `A changed backup brings nothing to PostgreSQL`() async throws {
    let suite = moving(.postgres, .postgres)
    _ = try await suite.makeSuite()
    _ = try suite.back()
    let path = "storage/storage.sqlite"
    let url = URL(filePath: "\(suite.backup)/\(path)")
    var bytes = try Data(contentsOf: url)
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: url)
    let error = #expect(throws: BackupError.self) { try suite.restore() }
    guard case .damaged(path, _)? = error else { throw Stopped() }
    for rows in ServiceRows.all(in: suite.restored, try suite.places(in: suite.restored)) { try rows.requireRoom() }
  }

  @Test func `A table or column that the program does not know stops a backup, and so does a schema without rows`()
    async throws
  {
    let suite = moving(.postgres, .sqlite)
    let nothing = ServiceRows(
      schema: Outbox.schema, path: "", location: try suite.place("orchestrator", in: suite.data))
    let empty = #expect(throws: BackupError.self) { try nothing.copy(to: "\(suite.scratch.path)/none.sqlite") { _ in } }
    guard case .noRows? = empty else { throw Stopped() }
    _ = try await suite.makeSuite()
    let database = try await suite.place("attribution", in: suite.data).open(LedgerStore.schema)
    for (change, undo) in [
      ("CREATE TABLE extra (n BIGINT)", "DROP TABLE extra"),
      ("ALTER TABLE balance ADD COLUMN extra BIGINT", "ALTER TABLE balance DROP COLUMN extra"),
      ("ALTER TABLE balance RENAME TO moved", "ALTER TABLE moved RENAME TO balance"),
    ] {
      try await database.write { db in _ = try db.run(change) }
      let error = #expect(throws: BackupError.self) { try suite.back(up: "\(suite.scratch.path)/\(UUID())") }
      guard case .otherTables(_, let names)? = error else { throw Stopped() }
      let said = "\(try #require(error))"
      #expect(!names.isEmpty && said.contains(names[0]))
      try await database.write { db in _ = try db.run(undo) }
    }
    try await database.write { db in _ = try db.run("UPDATE schema_version SET version = 99") }
    #expect(throws: SchemaError.self) { try suite.back(up: "\(suite.scratch.path)/newer") }
    try await database.write { db in _ = try db.run("UPDATE schema_version SET version = 1") }
    #expect(try suite.back().logSize == 6)
  }

  @Test func `A connection that is lost while rows are read is made again, and the copy has each row once`()
    async throws
  {
    let suite = moving(.postgres, .sqlite)
    _ = try await suite.makeSuite()
    let place = try suite.place("orchestrator", in: suite.data)
    guard case .postgres(let settings) = place, let schema = settings.schemaName else { throw Stopped() }
    let outbox = try await Outbox(place)
    // Reading the last table ends the reader's connection, and that of whoever holds the lock: so it happens once.
    try await outbox.database.write { db in
      for statement in [
        "CREATE SCHEMA \(schema)_hidden", "ALTER TABLE epoch SET SCHEMA \(schema)_hidden",
        """
        CREATE FUNCTION \(schema)_hidden.once() RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$ BEGIN
          IF NOT pg_try_advisory_lock(4242) THEN
            PERFORM pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4242 AND granted;
            PERFORM pg_terminate_backend(pg_backend_pid());
            PERFORM pg_sleep(10);
          END IF;
          RETURN false; END $$
        """,
        """
        CREATE VIEW epoch AS SELECT * FROM \(schema)_hidden.epoch
          UNION ALL SELECT NULL, NULL, NULL, NULL WHERE \(schema)_hidden.once()
        """,
      ] { try db.run(statement) }
    }
    let holder = PostgresSession(settings, schema: schema)
    try holder.open()
    try holder.transaction(.read, repeatable: false) { db in _ = try db.rows("SELECT pg_advisory_lock(4242)::text") }
    let rows = ServiceRows(schema: Outbox.schema, path: "", location: place)
    let copy = "\(suite.scratch.path)/copy.sqlite"
    try rows.copy(to: copy) { _ in }
    #expect(try Self.rows(copy)["log_head"]?.count == 1)
    // The holder was ended: it did happen.
    #expect(throws: PostgresError.self) {
      try holder.transaction(.read, repeatable: false) { db in
        guard try db.value("SELECT count(*) FROM pg_locks WHERE objid = 4242 AND pid = pg_backend_pid()") == Int64(1)
        else { throw PostgresError.lost("as expected") }
      }
    }
  }

  private func drop(_ suite: BackupFixture, in data: String) async throws {
    for case .postgres(let settings) in try suite.places(in: data).values {
      guard let name = settings.schemaName else { throw Stopped() }
      let session = PostgresSession(settings, schema: name)
      try session.open()
      try session.transaction(.write(.serializable), repeatable: true) { db in
        _ = try db.run("DROP SCHEMA IF EXISTS \(name) CASCADE")
      }
    }
  }
}
