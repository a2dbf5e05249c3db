import Cryptography
import Foundation
import MerkleLog
import Receipts
import Stores
import Testing

@Suite("The queue of verdicts and the draws, in rows")
struct VerdictStoreTests {
  private static func path() -> String {
    FileManager.default.temporaryDirectory.appending(path: "colophon-verdicts-\(UUID().uuidString)/verdicts.sqlite")
      .path
  }

  private static func id(_ number: Int) -> ReceiptID {
    ReceiptID(unixMs: UInt64(number), random: [UInt8](repeating: 7, count: 10))
  }

  private static func digest(_ number: Int) -> Digest32 { SHA256.hash([UInt8(number & 0xFF), UInt8(number >> 8)]) }

  @Test("A receipt has one row and at most one job, however often it is asked for", arguments: Backend.allCases)
  func once(_ backend: Backend) async throws {
    let store = try await VerdictStore(backend.location(Self.path()))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for at in 0..<40 {
        group.addTask {
          let row = try await store.ask(
            Self.id(at % 5), receipt: Self.digest(at % 5), payload: [UInt8(at % 5)], unixMs: 1)
          #expect(row.state == .queued)
        }
      }
      try await group.waitForAll()
    }
    #expect(try await store.jobs.count() == 5)
    await #expect(throws: VerdictError.otherReceipt(Self.id(1))) {
      try await store.ask(Self.id(1), receipt: Self.digest(9), payload: [], unixMs: 1)
    }
    #expect(try await store.row(Self.id(99)) == nil)
  }

  @Test("Workers that die at any step leave each job with exactly one verdict", arguments: Backend.allCases)
  func crashes(_ backend: Backend) async throws {
    let path = Self.path()
    let count = 24
    let first = try await VerdictStore(backend.location(path))
    for at in 0..<count {
      _ = try await first.ask(Self.id(at), receipt: Self.digest(at), payload: [UInt8(at)], unixMs: 0)
    }
    // Each worker signs bytes of its own, and stops before one of its steps, in turn; the next opens the rows anew.
    var registered: [String: Set<[UInt8]>] = [:]
    var now: Int64 = 0
    for worker in 0..<200 {
      let store = try await VerdictStore(backend.location(path))
      if try await store.jobs.count() == 0 { break }
      now += 10
      for (at, job) in try await store.jobs.take(3, nowUnixMs: now, leaseMs: 5).enumerated() {
        let id = try #require(ReceiptID(job.id))
        let stop = (worker + at) % 4
        if stop == 0 { continue }
        let kept = try await store.sign(id, Array("verdict of \(worker) on \(job.id)".utf8))
        if stop == 1 { continue }
        registered[job.id, default: []].insert(kept)
        if stop == 2 { continue }
        try await store.register(job, index: UInt64(job.payload[0]) + 100)
      }
    }
    let store = try await VerdictStore(backend.location(path))
    #expect(try await store.jobs.count() == 0 && registered.count == count)
    for at in 0..<count {
      let row = try #require(try await store.row(Self.id(at)))
      #expect(row.state == .registered && row.index == UInt64(at) + 100)
      #expect(registered[row.receiptID.description] == [try #require(row.statement)])
      #expect(try await store.ask(row.receiptID, receipt: row.receipt, payload: [], unixMs: 0) == row)
    }
    #expect(try await store.jobs.count() == 0)
  }

  @Test("A refused receipt says why, and is tried again when it is asked for again", arguments: Backend.allCases)
  func refusal(_ backend: Backend) async throws {
    let store = try await VerdictStore(backend.location(Self.path()))
    _ = try await store.ask(Self.id(1), receipt: Self.digest(1), payload: [1], unixMs: 0)
    let job = try #require(try await store.jobs.take(1, nowUnixMs: 0, leaseMs: 10).first)
    #expect(try await store.jobs.take(1, nowUnixMs: 9, leaseMs: 10).isEmpty)
    #expect(try await store.jobs.move(job, dueUnixMs: 20))
    #expect(try await store.jobs.take(1, nowUnixMs: 19, leaseMs: 10).isEmpty)
    try await store.refuse(job, "its openings are erased")
    let row = try #require(try await store.row(Self.id(1)))
    #expect(row.state == .refused && row.refusal == "its openings are erased")
    #expect(try await store.jobs.count() == 0)
    #expect(try await store.ask(Self.id(1), receipt: Self.digest(1), payload: [1], unixMs: 30).state == .queued)
    let again = try #require(try await store.jobs.take(1, nowUnixMs: 30, leaseMs: 10).first)
    #expect(try await !store.jobs.move(job, dueUnixMs: 0) || again.attempt == job.attempt)
  }

  /// A reveal as verification signs it, of an epoch that ends with `last`.
  private static func reveal(_ number: UInt64, last: UInt64, seed: [UInt8], key: SigningKey) throws -> [UInt8] {
    let log = try NoteSigner(name: "log.example", key: key)
    let note = try Checkpoint(origin: "log.example", size: last + 1, root: digest(77)).signed(by: log)
    let predicate = RevealPredicate(
      number: number, draw: digest(3), last: last, seed: seed, checkpoint: String(decoding: note.encoded, as: UTF8.self)
    )
    return try SignedStatement(
      signing: Statement(
        kind: .reveal, issuer: "https://verification.example", subject: predicate.subject,
        subjectDigest: predicate.digest(), issuedAt: 1, predicate: predicate.json), with: key
    ).bytes
  }

  @Test(
    "A reveal makes a job of each receipt that it selects, once, and of those that are told later",
    arguments: Backend.allCases)
  func draws(_ backend: Backend) async throws {
    let store = try await VerdictStore(backend.location(Self.path()))
    let key = try SigningKey.generate()
    let seed = [UInt8](repeating: 5, count: 32)
    let kept = try await store.open(DrawRow(number: 0, seed: seed, statement: [1]))
    #expect(try await store.open(DrawRow(number: 0, seed: Self.digest(8).bytes, statement: [2])) == kept)
    try await store.registered(draw: 0, index: 10, reveal: false)
    func sampled(_ index: Int) -> SampledReceipt {
      SampledReceipt(
        receiptID: Self.id(index), receipt: Self.digest(index), index: UInt64(index), basisPoints: 5000,
        payload: [UInt8(index)])
    }
    // 10 is the draw's own entry; 60 is the epoch's last; 61 to 70 are of the next.
    for index in [5, 6] + Array(11...50) + Array(61...70) {
      try await store.enlist(sampled(index), unixMs: Int64(index))
      try await store.enlist(sampled(index), unixMs: Int64(index))
    }
    #expect(try await store.jobs.count() == 0)
    #expect(try await store.waitingSince(after: 10) == 11)
    #expect(try await store.waitingSince(after: 70) == nil)
    let bytes = try Self.reveal(0, last: 60, seed: seed, key: key)
    let other = try Self.reveal(0, last: 60, seed: Self.digest(8).bytes, key: key)
    try await store.close(0, reveal: bytes, unixMs: 0)
    try await store.close(0, reveal: other, unixMs: 0)
    let predicate = try RevealPredicate(SignedStatement(bytes).statement.predicate)
    for index in 51...59 { try await store.enlist(sampled(index), unixMs: 0) }
    let jobs = try await store.jobs.take(100, nowUnixMs: 0, leaseMs: 1)
    let selected = (11...59).filter { sampled($0).isSelected(by: predicate) }
    #expect(Set(jobs.map(\.id)) == Set(selected.map { Self.id($0).description }) && jobs.count == selected.count)
    #expect((10...40).contains(selected.count))
    #expect(try await store.waitingSince(after: 0) == 61)
    let row = try #require(try await store.draw(before: 30))
    #expect(row.reveal == bytes && row.seed == seed && row.revealIndex == nil)
    #expect(try await store.draw(before: 10) == nil)
    try await store.registered(draw: 0, index: 62, reveal: true)
    #expect(try await store.newestDraws(2).map(\.revealIndex) == [62])
  }

  @Test("A draw that the log refused gives its place to the next number", arguments: Backend.allCases)
  func skipped(_ backend: Backend) async throws {
    let store = try await VerdictStore(backend.location(Self.path()))
    _ = try await store.open(DrawRow(number: 0, seed: Self.digest(1).bytes, statement: [1]))
    _ = try await store.open(DrawRow(number: 1, seed: Self.digest(2).bytes, statement: [2]), insteadOf: 0)
    #expect(try await store.newestDraws(9).map(\.number) == [1])
    try await store.registered(draw: 1, index: 4, reveal: false)
    _ = try await store.open(DrawRow(number: 2, seed: Self.digest(3).bytes, statement: [3]), insteadOf: 1)
    #expect(try await store.newestDraws(9).map(\.number) == [2, 1])
  }

  @Test(
    "A verdict is superseded once it is in the log, by one of the next number, however often it is asked",
    arguments: Backend.allCases)
  func superseding(_ backend: Backend) async throws {
    let store = try await VerdictStore(backend.location(Self.path()))
    let id = Self.id(1)
    func again(_ supersedes: [UInt8], bound: Digest32? = nil) async throws -> SupersedingRow {
      try await store.askAgain(
        id, bound: bound, supersedes: SHA256.hash(supersedes), reason: "why", payload: [7], unixMs: 0)
    }
    await #expect(throws: VerdictError.notInForce(id)) { try await again([1]) }
    _ = try await store.ask(id, receipt: Self.digest(1), payload: [1], unixMs: 0)
    let first = try #require(try await store.jobs.take(1, nowUnixMs: 0, leaseMs: 1).first)
    _ = try await store.sign(id, [1])
    // Signed is not enough: the log has to have it.
    await #expect(throws: VerdictError.notInForce(id)) { try await again([1]) }
    try await store.register(first, index: 5)
    for _ in 0..<3 { #expect(try await again([1]).superseded.number == 1) }
    await #expect(throws: VerdictError.notInForce(id)) { try await again([2]) }
    var before: [UInt8] = [1]
    for number in 1...Superseded.numberMax {
      let row = try await again(before)
      #expect(
        row.state == .queued
          && row.superseded == Superseded(number: number, verdict: SHA256.hash(before), reason: "why"))
      let jobs = try await store.jobs.take(9, nowUnixMs: 10, leaseMs: 1)
      #expect(jobs.map(\.id) == [SupersedingRow.jobID(id, number)])
      if number == 2 {
        try await store.refuse(jobs[0], id, number: 2, "gone")
        #expect(try await store.superseding(id).map(\.state) == [.registered, .refused])
        #expect(try await again(before).state == .queued)
      }
      let job = number == 2 ? try #require(try await store.jobs.take(9, nowUnixMs: 20, leaseMs: 1).first) : jobs[0]
      let made: [UInt8] = [UInt8(number), 9]
      #expect(try await store.sign(id, number: number, made) == made)
      #expect(try await store.sign(id, number: number, [0]) == made)
      try await store.register(job, id, number: number, index: UInt64(10 + number))
      before = made
    }
    #expect(try await store.jobs.count() == 0)
    await #expect(throws: VerdictError.tooMany(id)) { try await again(before) }
    #expect(try await store.superseding(id).map(\.index) == (1...16).map { UInt64(10 + $0) })
    // What is superseded stays as it was.
    #expect(try await store.row(id)?.statement == [1])
    let other = try await store.askAgain(
      Self.id(2), bound: Self.digest(3), supersedes: Self.digest(3), reason: "x", payload: [], unixMs: 0)
    #expect(other.superseded.number == 1)
  }

  @Test("A job's name is a receipt id, or one and a number")
  func names() {
    let id = Self.id(1)
    #expect(SupersedingRow.job("\(id)")?.number == nil && SupersedingRow.job("\(id)")?.id == id)
    #expect(SupersedingRow.job(SupersedingRow.jobID(id, 3))?.number == 3)
    for wrong in ["", "x", "\(id)/", "\(id)/x", "\(id)/03", "\(id)/1/2", "/1"] {
      #expect(SupersedingRow.job(wrong) == nil)
    }
  }
}
