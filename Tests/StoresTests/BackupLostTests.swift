import Cryptography
import Foundation
import MerkleLog
import Testing

@testable import Stores

/// A server that goes away while its rows are copied.
@Suite struct BackupLostTests {
  @Test func `A connection that is lost while rows are read is made again, and the copy has each row once`()
    async throws
  {
    var suite = BackupFixture()
    suite.backend = .postgres
    let place = try suite.place("orchestrator", in: suite.data)
    guard case .postgres(let settings) = place, let schema = settings.schemaName else { throw Stopped() }
    let outbox = try await Outbox(place)
    try await outbox.keep(LogHead(origin: "a", vkey: "k", size: 3, root: SHA256.hash([3])))
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
    #expect(try BackupFixture.rows(copy)["log_head"]?.count == 1)
    // The holder was ended, and its lock with it: it did happen.
    let locks: Int64? = try holder.transaction(.read, repeatable: true) { db in
      try db.value(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4242 AND pid = pg_backend_pid()")
    }
    #expect(locks == 0)
  }
}
