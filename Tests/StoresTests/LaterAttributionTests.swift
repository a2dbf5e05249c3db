import Cryptography
import Foundation
import Receipts
import Stores
import Testing

@Suite("Later attributions in the outbox")
struct LaterAttributionTests {
  private static func path() -> String {
    FileManager.default.temporaryDirectory.appending(path: "colophon-outbox-\(UUID().uuidString)/outbox.sqlite").path
  }

  /// A receipt in the log that says that its attribution is pending, or not.
  private static func published(_ outbox: Outbox, isPending: Bool = true) async throws -> OutboxRow {
    let random = try SecureRandom.bytes(26)
    var row = try await outbox.accept(
      AcceptedRequest(
        receiptID: ReceiptID(unixMs: 5, random: random), completionID: "chatcmpl-" + Hex.encode(random), keyID: random,
        owner: "local", isStreamed: true, request: SHA256.hash(random), salts: random, unixMs: 5))
    row.state = .executed
    row.isAttributionPending = isPending
    try await outbox.save(row, from: .accepted, unixMs: 6)
    #expect(try await outbox.later(row.receiptID) == nil)
    row.state = .published
    row.index = 3
    try await outbox.save(row, from: .executed, unixMs: 7)
    return row
  }

  @Test(
    "A receipt that says so has its row and its job from publication on, any other has none",
    arguments: Backend.allCases)
  func publication(_ backend: Backend) async throws {
    let outbox = try await Outbox(backend.location(Self.path()))
    let row = try await Self.published(outbox)
    #expect(try await outbox.row(row.receiptID.description)?.isAttributionPending == true)
    let later = try #require(try await outbox.later(row.receiptID))
    #expect(later.step == .waiting && later.found.isEmpty && later.attribution == nil)
    let jobs = try await outbox.jobs.take(9, nowUnixMs: 7, leaseMs: 5)
    #expect(jobs.map(\.id) == [row.receiptID.description])
    #expect(try await outbox.jobs.take(9, nowUnixMs: 8, leaseMs: 5).isEmpty, "it is leased")
    let other = try await Self.published(outbox, isPending: false)
    #expect(try await outbox.row(other.receiptID.description)?.isAttributionPending == false)
    #expect(try await outbox.later(other.receiptID) == nil)
    #expect(try await outbox.jobs.count() == 1)
  }

  @Test(
    "It reads back as it was saved, moves only from the step it is in, and its job ends with it",
    arguments: Backend.allCases)
  func steps(_ backend: Backend) async throws {
    let path = Self.path()
    let outbox = try await Outbox(backend.location(path))
    let id = try await Self.published(outbox).receiptID
    var later = try #require(try await outbox.later(id))
    later.found = [1, 2]
    try await outbox.save(later, from: .waiting)
    #expect(try await outbox.later(id) == later)
    later.found = []
    later.add(.spans, [9])
    try await outbox.save(later, from: .waiting)
    #expect(try await outbox.later(id) == later)
    later.add(.scores, [3])
    later.step = .scored
    try await outbox.save(later, from: .waiting)
    (later.custody, later.attribution, later.policy) = ([4], [5], [6])
    later.step = .kept
    let (moved, ended) = (
      later,
      {
        var ended = later; ended.step = .settled; ended.forgetBlobs(); return ended
      }()
    )
    await #expect(throws: OutboxError.laterMoved(receiptID: id.description, expected: .waiting)) {
      try await outbox.save(moved, from: .waiting)
    }
    try await outbox.save(moved, from: .scored)
    let reopened = try await Outbox(backend.location(path))
    #expect(try await reopened.later(id) == moved)
    #expect(try await reopened.jobs.count() == 1)
    try await reopened.register([5], kind: .attribution, index: 8, head: nil)
    #expect(try await reopened.registration(of: SHA256.hash([5])) == 8)
    try await reopened.save(ended, from: .kept)
    #expect(try await reopened.later(id) == ended)
    #expect(ended.openings.isEmpty && ended.openingNames == [.scores: SHA256.hash([3]), .spans: SHA256.hash([9])])
    #expect(try await reopened.jobs.count() == 0)
  }
}
