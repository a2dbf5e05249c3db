import Cryptography
import Foundation
import Testing

@testable import Stores

@Suite struct SQLiteDatabaseTests {
  let folder = Scratch()
  let first = Migration("rows", "CREATE TABLE a (x INTEGER) STRICT; CREATE TABLE b (y TEXT) STRICT;")
  let second = Migration("more rows", "ALTER TABLE a ADD COLUMN z TEXT;")

  @Test func `A database takes the steps it lacks, once each, and keeps their number`() async throws {
    let path = "\(folder.path)/deep/er/x.sqlite"
    #expect(try await SQLiteDatabase(path: path, migrations: [first]).schemaVersion() == 1)
    #expect(try await SQLiteDatabase(path: path, migrations: [first, second]).schemaVersion() == 2)
    #expect(try await SQLiteDatabase(path: path, migrations: [first, second]).schemaVersion() == 2)
  }

  @Test func `A database newer than the program is refused, and says so`() async throws {
    let path = "\(folder.path)/x.sqlite"
    _ = try SQLiteDatabase(path: path, migrations: [first, second])
    let error = #expect(throws: SchemaError.self) { try SQLiteDatabase(path: path, migrations: [first]) }
    #expect(error == .newer(database: path, found: 2, known: 1))
    #expect("\(try #require(error))".contains("start the newer program"))
  }

  @Test func `A step that fails leaves nothing of itself, and is taken again later`() async throws {
    let path = "\(folder.path)/x.sqlite"
    let broken = Migration("broken", "CREATE TABLE c (x INTEGER) STRICT; CREATE TABLE a (x INTEGER) STRICT;")
    let error = #expect(throws: SchemaError.self) { try SQLiteDatabase(path: path, migrations: [first, broken]) }
    guard case .step(_, number: 2, name: "broken", _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    let mended = Migration("mended", "CREATE TABLE c (x INTEGER) STRICT;")
    #expect(try await SQLiteDatabase(path: path, migrations: [first, mended]).schemaVersion() == 2)
  }

  @Test(arguments: [
    ("CREATE INDEX c ON a (x)", "index c"), ("DROP TABLE b", "table b"), ("ALTER TABLE a ADD COLUMN w TEXT", "table a"),
    ("CREATE VIEW c AS SELECT x FROM a", "view c"), ("DROP TABLE b; CREATE TABLE b (y TEXT)", "table b"),
    ("CREATE TRIGGER c AFTER INSERT ON a BEGIN DELETE FROM b; END", "trigger c"),
    ("CREATE TRIGGER a AFTER INSERT ON a BEGIN DELETE FROM b; END", "trigger a"),
  ])
  func `A database whose tables are defined otherwise is refused by name`(change: String, name: String) async throws {
    let path = "\(folder.path)/x.sqlite"
    _ = try SQLiteDatabase(path: path, migrations: [first, Migration("others", "\(second.sql) \(change)")])
    let error = #expect(throws: SQLiteError.self) { try SQLiteDatabase(path: path, migrations: [first, second]) }
    #expect(error == .definition(path: path, name: name))
  }

  @Test func `What the planner notes for itself is no difference`() async throws {
    let path = "\(folder.path)/x.sqlite"
    _ = try SQLiteDatabase(path: path, migrations: [first, Migration("noted", "INSERT INTO a VALUES (1); ANALYZE")])
    #expect(try await SQLiteDatabase(path: path, migrations: [first, Migration("none", "")]).schemaVersion() == 2)
  }

  @Test func `Only the owner can read a database and what stands beside it`() async throws {
    let path = "\(folder.path)/x.sqlite"
    try Data().write(to: URL(filePath: path))
    let database = try SQLiteDatabase(path: path, migrations: [first])
    for suffix in ["", "-wal", "-shm"] {
      let mode = try FileManager.default.attributesOfItem(atPath: path + suffix)[.posixPermissions] as? Int
      #expect(mode == 0o600, "\(path)\(suffix)")
    }
    withExtendedLifetime(database) {}
  }

  @Test func `A database is not opened through a link`() throws {
    let path = "\(folder.path)/x.sqlite"
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "\(folder.path)/y.sqlite")
    #expect(throws: SQLiteError.notRegular(path: path)) { try SQLiteDatabase(path: path, migrations: []) }
  }

  @Test func `A file that is no database is refused`() throws {
    let path = "\(folder.path)/x.sqlite"
    try Data(repeating: 0x41, count: 8192).write(to: URL(filePath: path))
    #expect(throws: (any Error).self) { try SQLiteDatabase(path: path, migrations: [first]) }
  }
}

extension SQLiteDatabase {
  /// Opens a database and brings it up to these steps.
  convenience init(path: String, migrations: [Migration]) throws {
    try self.init(path: path, schema: Schema(service: "storage", migrations), .migrating)
  }
}

/// A folder that is removed with the test.
final class Scratch: Sendable {
  let path: String

  init() {
    path = FileManager.default.temporaryDirectory.path + "/colophon-stores-\(UUID().uuidString)"
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
