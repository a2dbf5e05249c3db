import Foundation
import GRDB
import TestKit
import Testing

@testable import Stores

@Suite struct DatabasePoolTests {
  let folder = Scratch()
  static let once = Schema(service: "test", [Migration("rows", "CREATE TABLE a (x INTEGER) STRICT;")])

  /// SQLite alone refused 15 of 2,400 such openers, each with a busy timeout of ten seconds.
  @Test func `Programs that open a fresh file together all have it`() async throws {
    for round in 0..<TestSize.pick(10, long: 200) {
      let path = "\(folder.path)/\(round).sqlite"
      try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<8 {
          group.addTask { try await SQLiteDatabase(path: path, schema: Self.once, .migrating).schemaVersion() }
        }
        for try await version in group { #expect(version == 1) }
      }
    }
  }

  @Test func `A file that another keeps is refused as busy, and opened once it is let go`() throws {
    let path = "\(folder.path)/kept.sqlite"
    var configuration = Configuration()
    configuration.busyMode = .immediateError
    let keeper = try DatabaseQueue(path: path, configuration: configuration)
    try keeper.writeWithoutTransaction { db in
      try db.execute(sql: "BEGIN EXCLUSIVE; CREATE TABLE a (x INTEGER)")
      let error = #expect(throws: DatabaseError.self) {
        try DatabasePool.opened(path, configuration, wait: .milliseconds(20))
      }
      #expect(error?.resultCode == .SQLITE_BUSY)
      try db.execute(sql: "COMMIT")
    }
    let pool = try DatabasePool.opened(path, configuration, wait: .zero)
    #expect(try pool.read { try $0.tableExists("a") })
  }
}
