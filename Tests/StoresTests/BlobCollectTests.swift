import Cryptography
import Foundation
import Receipts
import Synchronization
import Testing

@testable import Stores

/// References, their end, and the removal of what nobody refers to, on every backend.
@Suite struct BlobCollectTests {
  let scratch = Scratch()
  let day = Duration.seconds(24 * 3600)

  @Test(arguments: BackendKind.allCases)
  func `A blob stays as long as one class keeps it, and goes with the last`(kind: BackendKind) async throws {
    let fixture = BlobFixture(kind, scratch)
    let store = try await fixture.open()
    let start = fixture.now.unixMs
    for retention in RetentionClass.allCases { try await store.keep([1], retention, unixMs: start) }
    try await store.keep([2], .content, unixMs: start)
    let lifetimes: BlobCollector.Lifetimes = [.content: day, .opening: day * 3, .evidence: day * 5, .model: day * 7]
    let collector = fixture.collector(store, lifetimes)
    #expect(try await collector.run() == .init())
    fixture.now.pass(day * 2)
    #expect(try await collector.run() == .init(removed: 1))
    await #expect(throws: BlobError.missing(BlobName(of: [2]))) { try await store.get(BlobName(of: [2])) }
    #expect(try await store.catalogue.retention(of: BlobName(of: [1])) == [.statement, .opening, .evidence, .model])
    fixture.now.pass(day * 100)
    #expect(try await collector.run() == .init())
    #expect(try await store.catalogue.retention(of: BlobName(of: [1])) == [.statement])
    #expect(try await store.get(BlobName(of: [1])) == [1])
    #expect(try await fixture.collector(store, lifetimes.merging([.statement: day]) { $1 }).run() == .init(removed: 1))
    try await store.requireSound()
    try await store.keep([1])
    #expect(try await store.get(BlobName(of: [1])) == [1])
  }

  @Test(arguments: BackendKind.allCases)
  func `What was put and never referred to goes after a day, and nothing else does`(kind: BackendKind) async throws {
    let fixture = BlobFixture(kind, scratch)
    let store = try await fixture.open()
    let put = try await store.put([[1]])
    try await store.keep([2])
    // The files are as young as this test; the clock of the store moves instead.
    fixture.now.value.withLock { $0 = Int64(Date().timeIntervalSince1970 * 1000) }
    let collector = fixture.collector(store)
    #expect(try await collector.sweep(part: put.names[0].digest.bytes[0]) == 0)
    fixture.now.pass(day + .seconds(60))
    #expect(try await collector.sweep(part: put.names[0].digest.bytes[0]) == 1)
    try await store.requireSound()
    #expect(try await store.get(BlobName(of: [2])) == [2])
    // The reference comes too late, and putting again helps.
    await #expect(throws: BlobError.moving(put.names[0])) { try await store.refer(to: put, 1) }
    try await store.keep([1])
    #expect(try await store.get(put.names[0]) == [1])
  }

  @Test(arguments: BackendKind.allCases)
  func `Each part is searched in its turn`(kind: BackendKind) async throws {
    let store = try await BlobFixture(kind, scratch).open()
    var parts: Set<UInt8> = []
    for _ in 0..<256 { parts.insert(try await store.catalogue.nextPart()) }
    #expect(parts.count == 256)
  }

  /// The removal stops at each of its steps, and a reference is taken there.
  @Test(arguments: BackendKind.allCases, [BlobStep.removalMarked, .removalDone, .removalForgotten])
  func `A reference that meets a removal keeps the blob or is refused`(kind: BackendKind, step: BlobStep) async throws {
    let fixture = BlobFixture(kind, scratch)
    let (reached, go) = (AsyncGate(), AsyncGate())
    let store = try await fixture.open { at in
      guard at == step else { return }
      reached.open()
      go.wait()
    }
    let outside = try await fixture.open()
    let early = try await outside.put([[1]])
    try await store.keep([1], .content, unixMs: 0)
    let removal = Task.detached { try await fixture.collector(store, [.content: .seconds(1)]).run() }
    await reached.opened()
    // Put before the removal began: its bytes are going or gone.
    await #expect(throws: BlobError.moving(early.names[0])) { try await outside.refer(to: early, 1) }
    if step == .removalForgotten {
      try await outside.keep([1])
    } else {
      await #expect(throws: BlobError.moving(early.names[0])) { try await outside.put([[1]]) }
    }
    go.open()
    #expect(try await removal.value.removed == 1)
    try await outside.keep([1])
    #expect(try await outside.get(early.names[0]) == [1])
    try await outside.requireSound()
  }

  @Test(arguments: BackendKind.allCases)
  func `Keeping and releasing one blob at once never leaves a reference without bytes`(kind: BackendKind) async throws {
    let fixture = BlobFixture(kind, scratch)
    let store = try await fixture.open()
    let collector = fixture.collector(store, [.content: .seconds(1)])
    let rounds = kind.blobs == .filesystem ? 60 : 20
    let kept = Counter()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for worker in 0..<4 {
        group.addTask {
          for round in 0..<rounds {
            do {
              // Old at once, so that the collector ends it.
              try await store.keep([7], .content, holder: "\(worker) \(round)", unixMs: 0)
              kept.count()
            } catch BlobError.moving {}
          }
        }
      }
      group.addTask { for _ in 0..<rounds { _ = try await collector.run() } }
      try await group.waitForAll()
    }
    #expect(kept.value > 0)
    // A put whose reference was refused leaves bytes without a row, for a day: this reference is theirs too.
    let name = try await store.keep([7], holder: "last")
    try await store.requireSound()
    #expect(try await store.get(name) == [7])
  }

  @Test(arguments: BackendKind.allCases)
  func `What is erased is gone for good, and whoever asks is told so`(kind: BackendKind) async throws {
    let fixture = BlobFixture(kind, scratch)
    let store = try await fixture.open()
    let blob = bytes(2 << 20)
    let name = try await store.keep(blob)
    _ = try await store.reader(of: name)
    let other = try await store.keep([2])
    await #expect(throws: BlobError.missing(BlobName(of: [3]))) {
      try await store.erase(BlobName(of: [3]), reason: "r", unixMs: 1)
    }
    let erasure = try await store.erase(name, reason: "asked for", unixMs: 5)
    #expect(erasure.bytes == UInt64(blob.count) && erasure.statement == nil && erasure.erasedUnixMs == 5)
    #expect(try await store.erase(name, reason: "again", unixMs: 6) == erasure)
    await #expect(throws: BlobError.erased(name)) { try await store.get(name) }
    await #expect(throws: BlobError.erased(name)) { try await store.put([blob]) }
    for part in BlobObject.Part.allCases {
      #expect(try await store.backend.bytes(of: BlobObject(name, part)) == nil)
    }
    #expect(try await store.get(other) == [2])
    #expect(try await store.keep(tombstone: [1], of: name) == [1])
    #expect(try await store.keep(tombstone: [2], of: name) == [1])
    try await store.requireSound()
  }
}

final class Counter: Sendable {
  private let number = Mutex(0)
  var value: Int { number.withLock { $0 } }
  func count() { number.withLock { $0 += 1 } }
}

/// Something that tasks and threads wait for.
final class AsyncGate: Sendable {
  private let semaphore = DispatchSemaphore(value: 0)
  private let stream = AsyncStream<Void>.makeStream()

  func open() {
    semaphore.signal()
    stream.continuation.finish()
  }

  /// Blocks this thread.
  func wait() { semaphore.wait() }

  func opened() async { for await _ in stream.stream {} }
}
