import Cryptography
import Foundation
import MerkleLog
import Receipts
import Stores
import Testing

@Suite("The outbox")
struct OutboxTests {
  private static func path() -> String {
    FileManager.default.temporaryDirectory.appending(path: "colophon-outbox-\(UUID().uuidString)/outbox.sqlite").path
  }

  private static func request(key: UInt8 = 1) throws -> AcceptedRequest {
    let random = try SecureRandom.bytes(26)
    return AcceptedRequest(
      receiptID: ReceiptID(unixMs: 5, random: random), completionID: "chatcmpl-" + Hex.encode(random),
      keyID: [UInt8](repeating: key, count: 32), owner: "local", isStreamed: true, request: SHA256.hash(random),
      salts: random, unixMs: 5)
  }

  @Test("Numbers are gapless for each key, under any number of tasks", arguments: Backend.allCases)
  func sequence(_ backend: Backend) async throws {
    let outbox = try await Outbox(backend.location(Self.path()))
    let numbers = try await withThrowingTaskGroup(of: (UInt8, UInt64).self) { group in
      for at in 0..<60 {
        let key = UInt8(at % 2)
        group.addTask { (key, try await outbox.accept(try Self.request(key: key)).sequence) }
      }
      return try await group.reduce(into: [UInt8: [UInt64]]()) { $0[$1.0, default: []].append($1.1) }
    }
    #expect(numbers[0]?.sorted() == Array(1...30))
    #expect(numbers[1]?.sorted() == Array(1...30))
  }

  @Test("A refused acceptance uses up no number", arguments: Backend.allCases)
  func refusedAcceptance(_ backend: Backend) async throws {
    let outbox = try await Outbox(backend.location(Self.path()))
    let request = try Self.request()
    #expect(try await outbox.accept(request).sequence == 1)
    await #expect(throws: (any Error).self) { _ = try await outbox.accept(request) }
    #expect(try await outbox.accept(try Self.request()).sequence == 2)
  }

  @Test("A row reads back as it was saved, by either id, after reopening", arguments: Backend.allCases)
  func roundTrip(_ backend: Backend) async throws {
    let path = Self.path()
    var row = try await Outbox(backend.location(path)).accept(try Self.request())
    row.state = .executed
    row.outcome = .cancelled
    row.statements = [.execution: [1, 2], .model: [3]]
    row.openings = [.request: [4], .message(0): [5], .stream: []]
    row.openingNames = row.openings.mapValues { SHA256.hash($0) }
    row.delivery = .stream(chunks: 7, head: SHA256.hash([9]))
    row.priceNano = 1 << 62
    let saved = row
    try await Outbox(backend.location(path)).save(saved, from: .accepted, unixMs: 6)
    let reopened = try await Outbox(backend.location(path))
    #expect(try await reopened.row(row.receiptID.description) == row)
    #expect(try await reopened.row(row.completionID) == row)
    #expect(try await reopened.row("nothing") == nil)
    #expect(try await reopened.unfinished(limit: 9) == [row.receiptID])
  }

  @Test("What was retrieved is there before the execution, and once", arguments: Backend.allCases)
  func retrieved(_ backend: Backend) async throws {
    let outbox = try await Outbox(backend.location(Self.path()))
    var row = try await outbox.accept(try Self.request())
    for _ in 0..<2 { try await outbox.keep(retrieved: [7, 8], of: row.receiptID) }
    #expect(try await outbox.row(row.completionID)?.openings == [.retrieved: [7, 8]])
    row.state = .executed
    row.openings = [.request: [4], .retrieved: [7, 8]]
    row.openingNames = row.openings.mapValues { SHA256.hash($0) }
    try await outbox.save(row, from: .accepted, unixMs: 6)
    #expect(try await outbox.row(row.completionID)?.openings == row.openings)
    row.state = .published
    try await outbox.save(row, from: .executed, unixMs: 7)
    #expect(try await outbox.row(row.completionID)?.openings.isEmpty == true)
    let nobody = ReceiptID(unixMs: 6, random: [UInt8](repeating: 1, count: 10))
    await #expect(throws: (any Error).self) { try await outbox.keep(retrieved: [7], of: nobody) }
  }

  @Test("Of two tasks that move one row, one is refused", arguments: Backend.allCases)
  func compareAndSwap(_ backend: Backend) async throws {
    let outbox = try await Outbox(backend.location(Self.path()))
    var row = try await outbox.accept(try Self.request())
    row.state = .signed
    try await outbox.save(row, from: .accepted, unixMs: 6)
    await #expect(throws: OutboxError.moved(receiptID: row.receiptID.description, expected: .accepted)) {
      try await outbox.save(row, from: .accepted, unixMs: 6)
    }
  }

  @Test("Publication drops blobs and salts and keeps the names", arguments: Backend.allCases)
  func publication(_ backend: Backend) async throws {
    let path = Self.path()
    let outbox = try await Outbox(backend.location(path))
    let secret = Array("a sentence that only its owner may read".utf8)
    var row = try await outbox.accept(try Self.request())
    row.openings = [.content: secret]
    row.openingNames = row.openings.mapValues { SHA256.hash($0) }
    for (old, new) in [(OutboxState.accepted, OutboxState.executed), (.executed, .signed), (.signed, .published)] {
      row.state = new
      try await outbox.save(row, from: old, unixMs: 6)
    }
    let read = try #require(try await outbox.row(row.receiptID.description))
    #expect(read.openings.isEmpty && read.salts == nil)
    #expect(read.openingNames == [.content: SHA256.hash(secret)])
    #expect(try await outbox.unfinishedCount() == 1)
    row.state = .settled
    try await outbox.save(row, from: .published, unixMs: 6)
    #expect(try await outbox.unfinishedCount() == 0)
  }

  @Test("The head only grows, and another log's is refused", arguments: Backend.allCases)
  func head(_ backend: Backend) async throws {
    let outbox = try await Outbox(backend.location(Self.path()))
    #expect(try await outbox.head() == nil)
    let heads = [5, 9, 7].map { LogHead(origin: "a", vkey: "k", size: $0, root: SHA256.hash([UInt8($0)])) }
    for head in heads { try await outbox.keep(head) }
    #expect(try await outbox.head() == heads[1])
    await #expect(throws: OutboxError.otherLog(pinned: "k", found: "other")) {
      try await outbox.keep(LogHead(origin: "a", vkey: "other", size: 99, root: SHA256.hash([])))
    }
  }
}
