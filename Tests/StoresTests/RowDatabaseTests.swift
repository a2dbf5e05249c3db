import Cryptography
import Foundation
import Synchronization
import Testing

@testable import Stores

/// What every store relies on, of both databases.
@Suite struct RowDatabaseTests {
  let scratch = Scratch()
  static let schema = Schema(
    service: "test",
    [
      Migration("rows", "CREATE TABLE a (id INTEGER PRIMARY KEY, n INTEGER, t TEXT, b BLOB) STRICT;"),
      Migration("jobs", JobQueue.tables),
    ])

  func open(_ backend: Backend) async throws -> any RowDatabase {
    try await backend.location("\(scratch.path)/rows.sqlite").open(Self.schema)
  }

  @Test(arguments: Backend.allCases)
  func `Values come back as they were written`(_ backend: Backend) async throws {
    let database = try await open(backend)
    let digest = SHA256.hash([1])
    let written: [[any SQLConvertible]] = [
      [Int64.max, "é'\"?\n", [UInt8](0...255)], [Int64.min, "", [UInt8]()],
      [Int64?.none, String?.none, [UInt8]?.none], [true, "?", digest],
    ]
    try await database.write { db in _ = try db.batch("INSERT INTO a (n, t, b) VALUES (?, ?, ?)", written) }
    let rows = try await database.read { db in try db.rows("SELECT n, t, b, '?' AS q FROM a ORDER BY id") }
    #expect(rows.map { $0.values.prefix(3).map { $0 } } == written.map { $0.map(\.sqlValue) })
    #expect(try rows[0]["q"] == "?")
    #expect(try rows[3]["b"] == digest && rows[3]["n"] == true)
    #expect(throws: SQLRowError.wrongType("t", expected: "Int64")) { try rows[0]["t"] as Int64 }
    #expect(throws: SQLRowError.wrongType("b", expected: "Digest32")) { try rows[0]["b"] as Digest32 }
    #expect(throws: SQLRowError.noColumn("x")) { try rows[0]["x"] as Int64 }
  }

  @Test(arguments: Backend.allCases)
  func `A transaction that fails anywhere leaves nothing, and the next one works`(_ backend: Backend) async throws {
    let database = try await open(backend)
    let lists = (0..<50).map { [Int64($0 % 49)] as [any SQLConvertible] }
    await #expect(throws: (any Error).self) {
      try await database.write { db in _ = try db.batch("INSERT INTO a (id) VALUES (?)", lists) }
    }
    // An error that is not the database's.
    await #expect(throws: Stopped.self) {
      try await database.write { db in
        try db.run("INSERT INTO a (id) VALUES (1)")
        throw Stopped()
      }
    }
    await #expect(throws: (any Error).self) { try await database.write { db in try db.run("INSERT INTO nothing") } }
    #expect(try await database.read { db in try db.value("SELECT count(*) FROM a") } == Int64(0))
    #expect(
      try await database.write { db in try db.batch("INSERT INTO a (id) VALUES (?)", lists.dropLast()).count } == 49)
  }

  @Test(arguments: Backend.allCases)
  func `A cursor reads one snapshot to its end`(_ backend: Backend) async throws {
    let database = try await open(backend)
    let lists = (1...5000).map { [Int64($0)] as [any SQLConvertible] }
    try await database.write { db in _ = try db.batch("INSERT INTO a (id) VALUES (?)", lists) }
    let sum = try await database.read { db in
      let next = try db.cursor("SELECT id FROM a WHERE id > ? ORDER BY id", [Int64(1)])
      var (sum, before): (Int64, Int64) = (0, 1)
      while let row = try next() {
        let id: Int64 = try row["id"]
        #expect(id == before + 1)
        (sum, before) = (sum + id, id)
      }
      return sum
    }
    #expect(sum == 5000 * 5001 / 2 - 1)
  }

  @Test(arguments: Backend.allCases, [Isolation.serializable, .alone("count")])
  func `Two writers that read and then write lose no update`(_ backend: Backend, _ isolation: Isolation) async throws {
    let databases = [try await open(backend), try await open(backend)]
    try await databases[0].write { db in _ = try db.run("INSERT INTO a (id, n) VALUES (1, 0)") }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for at in 0..<40 {
        group.addTask {
          try await databases[at % 2].write(isolation) { db in
            let n: Int64 = try db.value("SELECT n FROM a WHERE id = 1") ?? 0
            try db.run("UPDATE a SET n = ? WHERE id = 1", [n + 1])
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try await databases[1].read { db in try db.value("SELECT n FROM a") } == Int64(40))
  }

  @Test(arguments: Backend.allCases)
  func `Workers of one queue share its jobs, and a lease that ends gives its job back`(_ backend: Backend) async throws
  {
    let queues = [JobQueue(try await open(backend)), JobQueue(try await open(backend))]
    for number in 0..<30 { try await queues[0].put("\(number)", [UInt8(number)], dueUnixMs: 1) }
    try await queues[1].put("7", [0], dueUnixMs: 1)
    let taken = try await withThrowingTaskGroup(of: [JobQueue.Job].self) { group in
      for at in 0..<12 { group.addTask { try await queues[at % 2].take(3, nowUnixMs: 1, leaseMs: 10) } }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    // One that others were taking is passed over, so some rounds may have found less than there was.
    let rest = try await queues[0].take(30, nowUnixMs: 1, leaseMs: 10)
    let all = taken + rest
    #expect(all.count == 30 && Set(all.map(\.id)).count == 30)
    #expect(all.allSatisfy { $0.attempt == 1 && $0.payload == [UInt8($0.id) ?? 255] })
    #expect(try await queues[1].take(30, nowUnixMs: 10, leaseMs: 10).isEmpty)
    for job in all.dropFirst() { #expect(try await queues[0].finish(job)) }
    let again = try await queues[1].take(30, nowUnixMs: 11, leaseMs: 10)
    #expect(again.map(\.id) == [all[0].id] && again.map(\.attempt) == [2])
    #expect(try await queues[0].finish(all[0]) == false)
    #expect(try await queues[1].finish(again[0]))
  }

  @Test(arguments: Backend.allCases)
  func `A start over an older schema is refused with the command, which tries and then migrates`(
    _ backend: Backend
  ) async throws {
    let location = try backend.location("\(scratch.path)/old.sqlite")
    let steps = Self.schema.migrations
    let (old, new) = (Schema(service: "test", [steps[0]]), Self.schema)
    _ = try await location.open(old)
    let error = await #expect(throws: SchemaError.self) { try await location.open(new) }
    guard case .behind(_, found: 1, known: 2, service: "test") = error else { throw Stopped() }
    #expect("\(try #require(error))".contains("'colophon migrate --service test'"))
    #expect(try await location.migrate(new, dryRun: true) == ["2 jobs"])
    #expect(try await location.open(old).schemaVersion() == 1)
    #expect(try await location.migrate(new, dryRun: false) == ["2 jobs"])
    #expect(try await location.migrate(new, dryRun: false) == [])
    #expect(try await location.open(new).schemaVersion() == 2)
    let newer = await #expect(throws: SchemaError.self) { try await location.open(old) }
    guard case .newer(_, found: 2, known: 1) = newer else { throw Stopped() }
    // A step that fails undoes those before it.
    let broken = Schema(
      service: "test", steps + [Migration("fine", "CREATE TABLE c (x INTEGER);"), Migration("no", "x")])
    await #expect(throws: SchemaError.self) { try await location.migrate(broken, dryRun: false) }
    #expect(try await location.open(new).schemaVersion() == 2)
  }

  @Test func `Programs that start together on a fresh database agree on its schema`() async throws {
    for backend in Backend.allCases {
      let location = try backend.location("\(scratch.path)/fresh.sqlite")
      try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<6 { group.addTask { try await location.open(Self.schema).schemaVersion() } }
        for try await version in group { #expect(version == 2) }
      }
    }
  }
}
