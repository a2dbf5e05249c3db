import Credit
import Cryptography
import Foundation
import Logging
import RPC
import Receipts
import Synchronization
import TestKit
import Testing

@testable import VerificationService

/// Models that no folder has.
@Suite struct ModelCacheTests {
  /// Storage as the cache sees it: files by their digest, each so many bytes long.
  private final class Source: Sendable {
    struct State {
      var calls: [Digest32] = []
      var blobs: Set<Digest32> = []
      var failure: (any Error)?
      /// Of a call that does not end by itself.
      var isHeld = false
    }
    let state = Mutex(State())

    func fetch(_ digest: Digest32, _ bytes: UInt64, _ path: String) async throws {
      let (failure, isKnown) = state.withLock { state in
        state.calls.append(digest)
        return (state.failure, state.blobs.contains(digest))
      }
      if let failure { throw failure }
      guard isKnown else { throw RPCError(.notFound, "no such blob") }
      try Data(count: 1).write(to: URL(fileURLWithPath: "\(path).part"))
      while state.withLock({ $0.isHeld }) { try await Task.sleep(for: .milliseconds(10)) }
      try Data(count: Int(bytes)).write(to: URL(fileURLWithPath: path))
      try FileManager.default.removeItem(atPath: "\(path).part")
    }

    var calls: Int { state.withLock { $0.calls.count } }
  }

  private let folder: TemporaryFolder
  private let source = Source()

  init() throws { folder = try TemporaryFolder() }

  private func cache(_ bytesMax: UInt64 = 100) -> ModelCache {
    let source = source
    return ModelCache(
      folder: folder.path, bytesMax: bytesMax, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    ) { try await source.fetch($0, $1, $2) }
  }

  /// A model whose weights have `bytes` bytes.
  private func manifest(_ number: UInt8, bytes: UInt64 = 40) throws -> ModelManifest {
    let digest = SHA256.hash([number])
    source.state.withLock { _ = $0.blobs.insert(digest) }
    let node = LineageNode(id: "model", kind: .model, name: "model", contributor: CreditID.unattributed)
    return ModelManifest(
      id: "model-\(number)", name: "model", architecture: "llama", fileName: "model.gguf", fileDigest: digest,
      fileBytes: bytes, quantization: "Q4_1", template: SHA256.hash([]), profile: ExecutionPredicate.profileExact,
      contextLength: 2048, licence: "none", lineage: try Lineage(root: "model", nodes: [node]))
  }

  private func files() throws -> Set<String> { Set(try FileManager.default.contentsOfDirectory(atPath: folder.path)) }

  @Test("weights are fetched once, and found by their digest from then on, by the next process too")
  func once() async throws {
    let (first, model) = (cache(), try manifest(1))
    #expect(first.path(of: model.fileDigest) == nil)
    #expect(try await first.provide(model))
    #expect(first.path(of: model.fileDigest) == "\(folder.path)/\(model.fileDigest.hex).gguf")
    #expect(try await !first.provide(model))
    #expect(try await !cache().provide(model))
    #expect(source.calls == 1)
  }

  @Test("of several callers one fetches; when it goes, the next goes on")
  func together() async throws {
    let (cache, model, source) = (cache(), try manifest(1), source)
    source.state.withLock { $0.isHeld = true }
    let first = Task { try await cache.provide(model) }
    while source.calls == 0 { try await Task.sleep(for: .milliseconds(5)) }
    let second = Task { try await cache.provide(model) }
    first.cancel()
    await #expect(throws: CancellationError.self) { try await first.value }
    while source.calls == 1 { try await Task.sleep(for: .milliseconds(5)) }
    let third = Task { try await cache.provide(model) }
    source.state.withLock { $0.isHeld = false }
    #expect(try await second.value)
    #expect(try await !third.value)
    #expect(source.calls == 2)
  }

  @Test("the longest unused go when another needs their room, what is left of one that broke off too")
  func room() async throws {
    let cache = cache()
    let (old, new, next) = (try manifest(1), try manifest(2), try manifest(3, bytes: 61))
    _ = try await cache.provide(old)
    _ = try await cache.provide(new)
    let past = Date(timeIntervalSinceNow: -60)
    for model in [old, new] {
      let path = try #require(cache.path(of: model.fileDigest))
      try FileManager.default.setAttributes([.modificationDate: past], ofItemAtPath: path)
    }
    // Used now, so that the other one is the longest unused.
    #expect(try await !cache.provide(old))
    let third = try manifest(4, bytes: 60)
    _ = try await cache.provide(third)
    #expect(cache.path(of: new.fileDigest) == nil && cache.path(of: old.fileDigest) != nil)
    try Data(count: 30).write(to: URL(fileURLWithPath: "\(folder.path)/\(next.fileDigest.hex).gguf.part"))
    try Data(count: 40).write(to: URL(fileURLWithPath: "\(folder.path)/\(new.fileDigest.hex).gguf.part"))
    _ = try await cache.provide(next)
    #expect(try files() == ["\(next.fileDigest.hex).gguf"])
  }

  @Test("what could never fit is refused before anything is fetched, and the setting named")
  func tooLarge() async throws {
    for (bytesMax, bytes) in [(100, 101), (0, 1)] as [(UInt64, UInt64)] {
      let model = try manifest(1, bytes: bytes)
      let error = await #expect(throws: ModelStore.Missing.self) { try await cache(bytesMax).provide(model) }
      #expect(error.map { "\($0)".contains("\(bytes) bytes, and model-cache-bytes is \(bytesMax)") } == true)
    }
    #expect(source.calls == 0)
  }

  @Test("two that do not fit together: the second may come again")
  func crowded() async throws {
    let (cache, source) = (cache(), source)
    let (first, second) = (try manifest(1, bytes: 60), try manifest(2, bytes: 41))
    source.state.withLock { $0.isHeld = true }
    let running = Task { try await cache.provide(first) }
    while source.calls == 0 { try await Task.sleep(for: .milliseconds(5)) }
    let error = await #expect(throws: RPCError.self) { try await cache.provide(second) }
    #expect(error?.code == .unavailable && source.calls == 1)
    source.state.withLock { $0.isHeld = false }
    _ = try await running.value
    #expect(try await cache.provide(second))
  }

  @Test("storage without them, or in trouble: one is for the operator, the other for another try")
  func failures() async throws {
    let (cache, model) = (cache(), try manifest(1))
    source.state.withLock { $0.blobs = [] }
    let missing = await #expect(throws: ModelStore.Missing.self) { try await cache.provide(model) }
    #expect(missing.map { "\($0)".contains("colophon blob put") } == true)
    for failure in [RPCError(.unauthenticated, "who?"), RPCError(.unavailable, "down")] as [any Error] {
      source.state.withLock { $0.failure = failure }
      let error = await #expect(throws: RPCError.self) { try await cache.provide(model) }
      #expect(error?.code == .unavailable)
    }
    source.state.withLock { ($0.failure, $0.blobs) = (nil, [model.fileDigest]) }
    #expect(try await cache.provide(model))
  }

  private func service(fetching fetch: @escaping ModelCache.Fetch) throws -> VerificationService {
    let cache = ModelCache(
      folder: folder.path, bytesMax: 1 << 40, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      fetch: fetch)
    return try VerificationService(
      settings: VerificationSettings(models: "\(folder.path)/none", threads: 1),
      issuer: "https://verification.example", key: .generate(), log: nil, queue: nil, cache: cache)
  }

  @Test("a service without the model's folder fetches it and comes to the same bits")
  func executes() async throws {
    let (execution, weights) = (try await Execution(), try VerificationFixture.realModelPath())
    let calls = Atomic<Int>(0)
    let service = try service { _, _, path in
      calls.add(1, ordering: .relaxed)
      try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: weights)
    }
    for _ in 0..<2 {
      #expect(try await VerificationFixture.reexecute(execution, by: service).predicate.result == .pass)
    }
    #expect(calls.load(ordering: .relaxed) == 1)
  }

  @Test("weights that came and are others are no model, and no verdict is signed")
  func otherWeights() async throws {
    let (execution, weights) = (try await Execution(), try VerificationFixture.realModelPath())
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: weights)))
    bytes[bytes.count - 1] ^= 1
    for other in [bytes, [1, 2, 3]] {
      let service = try service { _, _, path in try Data(other).write(to: URL(fileURLWithPath: path)) }
      let error = await #expect(throws: RPCError.self) {
        try await VerificationFixture.reexecute(execution, by: service)
      }
      #expect(error?.code == .failedPrecondition && error?.message.contains("cannot be used") == true)
      for name in try files() { try FileManager.default.removeItem(atPath: "\(folder.path)/\(name)") }
    }
  }
}
