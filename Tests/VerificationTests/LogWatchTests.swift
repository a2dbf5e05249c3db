import Cryptography
import Foundation
import Logging
import MerkleLog
import RPC
import Synchronization
import Testing
import Wire

@testable import VerificationService

/// A log that answers as it is told to.
final class WatchedLog: Sendable {
  private let state = Mutex<(entries: [[UInt8]], isDown: Bool)>(([], false))
  let signer: NoteSigner

  init(entries: Int) throws {
    signer = try NoteSigner(name: "log.test", key: .generate())
    grow(to: entries)
  }

  func grow(to count: Int, from old: Int? = nil, mark: UInt8 = 0) {
    state.withLock { state in
      state.entries = Array(state.entries.prefix(old ?? state.entries.count))
      while state.entries.count < count { state.entries.append([UInt8(state.entries.count), mark]) }
    }
  }

  func goDown(_ isDown: Bool = true) { state.withLock { $0.isDown = isDown } }

  var source: LogWatch.Source {
    @Sendable func entries() throws -> [[UInt8]] {
      try state.withLock { state in
        if state.isDown { throw RPCError(.unavailable, "down") }
        return state.entries
      }
    }
    return LogWatch.Source(
      keys: { [signer] in
        _ = try entries()
        return LogKeys(origin: "log.test", checkpointVkey: "\(signer.verifierKey)", receiptKey: [], receiptIssuer: "")
      },
      checkpoint: { [signer] in
        let entries = try entries()
        let root = MerkleTree.root(entries.map { TreeHash.leaf($0) }[...])
        let note = try Checkpoint(origin: "log.test", size: UInt64(entries.count), root: root).signed(by: signer)
        return String(decoding: note.encoded, as: UTF8.self)
      },
      consistency: { old, new in
        let leaves = try entries().prefix(Int(new)).map { TreeHash.leaf($0) }
        return (MerkleTree.consistencyPath(Int(old), leaves[...]) ?? []).map(\.bytes)
      })
  }
}

@Suite struct LogWatchTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  var path: String { "\(folder.path)/log-head.json" }
  func watch(_ log: WatchedLog) throws -> LogWatch {
    try LogWatch(path: path, source: log.source, logger: Logger(label: "test"))
  }

  @Test func `A log that grows is followed, and its largest head is kept over restarts`() async throws {
    let log = try WatchedLog(entries: 3)
    let first = try watch(log)
    #expect(first.refusal != nil)
    try await first.requireConsistent()
    log.grow(to: 8)
    await first.check()
    let kept = try #require(LogHead(file: Array(Data(contentsOf: URL(filePath: path)))))
    #expect(kept.size == 8 && kept.origin == "log.test")
    log.grow(to: 11)
    try await watch(log).requireConsistent()
  }

  @Test func `A log that was rolled back gets no verdict, until a copy that is as new is back`() async throws {
    let log = try WatchedLog(entries: 8)
    try await watch(log).requireConsistent()
    log.grow(to: 5, from: 5)
    let next = try watch(log)
    let error = await #expect(throws: RPCError.self) { try await next.requireConsistent() }
    #expect(error?.code == .failedPrecondition)
    #expect(error?.message.contains("rolled back") == true && error?.message.contains("new origin") == true)
    log.grow(to: 8)
    try await next.requireConsistent()
  }

  @Test(arguments: [8, 12])
  func `A log with another history gets no verdict, whether it grew or not`(size: Int) async throws {
    let log = try WatchedLog(entries: 8)
    let watch = try watch(log)
    try await watch.requireConsistent()
    log.grow(to: size, from: 6, mark: 1)
    await watch.check()
    #expect(watch.refusal?.contains("does not continue") == true)
  }

  @Test func `Another key than at first contact is another log`() async throws {
    try await watch(WatchedLog(entries: 3)).requireConsistent()
    let other = try watch(WatchedLog(entries: 9))
    await other.check()
    #expect(other.refusal?.contains("first contact") == true)
  }

  @Test func `A log that does not answer is unknown at first, and later what it was`() async throws {
    let log = try WatchedLog(entries: 3)
    log.goDown()
    let watch = try watch(log)
    let error = await #expect(throws: RPCError.self) { try await watch.requireConsistent() }
    #expect(error?.code == .unavailable)
    log.goDown(false)
    try await watch.requireConsistent()
    log.goDown()
    await watch.check()
    #expect(watch.refusal == nil)
  }

  @Test(arguments: ["", "{}", "{\"origin\":\"a\",\"vkey\":\"b\",\"size\":\"-1\",\"root\":\"00\"}"])
  func `A kept head that cannot be read stops the start`(text: String) throws {
    try Data(text.utf8).write(to: URL(filePath: path))
    let error = #expect(throws: LogWatch.Contradiction.self) { try watch(WatchedLog(entries: 1)) }
    #expect("\(try #require(error))".contains(path))
  }
}
