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

  /// In a long run the third way too.
  static let ways: [(Backend, Backend)] =
    [(.postgres, .sqlite), (.sqlite, .postgres)] + (Backend.long.count > 1 ? [(.postgres, .postgres)] : [])

  @Test(arguments: ways)
  func `Every row of every service comes back, from either database to either`(_ from: Backend, _ to: Backend)
    async throws
  {
    let suite = moving(from, to)
    _ = try await suite.makeSuite(entries: 20)
    try await fill(suite, in: suite.data, 1...30)
    let manifest = try suite.back()
    #expect(manifest.logSize == 21)
    #expect(try suite.restore() == manifest)
    for service in ["orchestrator/outbox", "attribution/ledger", "verification/verdicts", "storage/storage"] {
      #expect(FileManager.default.fileExists(atPath: "\(suite.restored)/\(service).sqlite") == (to == .sqlite))
    }
    #expect(!FileManager.default.fileExists(atPath: "\(suite.restored).restoring"))
    // What the restored suite has is what was backed up: seen by a backup of it.
    var again = SuiteBackup(data: suite.restored, target: "\(suite.scratch.path)/again", withKeys: false, unixMs: 8)
    again.rows = try suite.places(in: suite.restored)
    #expect(try again.run().logRoot == manifest.logRoot)
    for rows in ServiceRows.all(in: "", [:]) {
      let (before, after) = (
        try BackupFixture.rows("\(suite.backup)/\(rows.path)"), try BackupFixture.rows("\(again.target)/\(rows.path)")
      )
      #expect(before == after)
      // The outbox has a head only; what was filled is in the other two.
      #expect(before.values.reduce(0) { $0 + $1.count } >= 1, "\(rows.path)")
    }
    // And it goes on: numbers of rows follow those that came with theirs.
    let log = try await LogFixture(
      folder: "\(suite.restored)/storage", kind: BackendKind(blobs: .filesystem, rows: to)
    ).open()
    #expect(try await append(0..<30, to: log).count == 30)
    try await fill(suite, in: suite.restored, 31...32)
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

  @Test
  func `A restore that is refused or stopped makes no data folder, says what is in its way, and can be done again`()
    async throws
  {
    let suite = moving(.sqlite, .postgres)
    _ = try await suite.makeSuite()
    let manifest = try suite.back()
    let image = suite.image(suite.backup)
    // Changed: nothing is brought.
    let path = "storage/storage.sqlite"
    let url = URL(filePath: "\(suite.backup)/\(path)")
    var changed = try #require(image[path])
    changed[changed.count / 2] ^= 1
    try changed.write(to: url)
    let damaged = #expect(throws: BackupError.self) { try suite.restore() }
    guard case .damaged(path, _)? = damaged else { throw Stopped() }
    try FileManager.default.removeItem(atPath: "\(suite.restored).restoring")
    try image[path]?.write(to: url)
    let all = ServiceRows.all(in: suite.restored, try suite.places(in: suite.restored))
    for rows in all { try rows.requireRoom() }
    // Stopped between two services, or with all rows there.
    for stop in [BackupStep.loaded("attribution"), .restored] {
      #expect(throws: Stopped.self) { try suite.restore { $0.fault = { if $0 == stop { throw Stopped() } } } }
      #expect(suite.image(suite.backup) == image)
      #expect(!FileManager.default.fileExists(atPath: suite.restored))
      let there = #expect(throws: BackupError.self) { try suite.restore() }
      guard case .rowsThere(_, let schema)? = there else { throw Stopped() }
      let said = "\(try #require(there))"
      #expect(said.contains("DROP SCHEMA \(schema) CASCADE"))
      try await suite.drop(in: suite.restored)
      #expect(throws: BackupError.leftover(path: "\(suite.restored).restoring")) { try suite.restore() }
      try FileManager.default.removeItem(atPath: "\(suite.restored).restoring")
    }
    #expect(try suite.restore() == manifest)
    #expect(
      try await LogFixture(
        folder: "\(suite.restored)/storage", kind: BackendKind(blobs: .filesystem, rows: .postgres)
      ).open().published.size == 6)
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
    let version = LedgerStore.schema.migrations.count
    try await database.write { db in _ = try db.run("UPDATE schema_version SET version = \(version)") }
    #expect(try suite.back().logSize == 6)
  }
}
