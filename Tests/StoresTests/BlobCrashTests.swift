import Cryptography
import Foundation
import MerkleLog
import Receipts
import Testing

@testable import Stores

/// The machine stops at every step of everything that changes blobs, one after the other.
@Suite struct BlobCrashTests {
  let scratch = Scratch()

  /// Runs `operation` once for each step at which it can be stopped, and once to its end. After each stop the store is
  /// opened again and settled: what was acknowledged before is there, and the operation, done again, succeeds.
  func stopping(
    _ kind: BackendKind, expecting steps: Set<BlobStep>,
    prepare: (BlobStore, BlobFixture) async throws -> Void = { _, _ in },
    _ operation: (BlobStore, BlobFixture) async throws -> Void,
    check: (BlobStore, BlobFixture) async throws -> Void
  ) async throws {
    var hit: Set<BlobStep> = []
    for step in 1... {
      let fixture = BlobFixture(kind, scratch, "\(steps.hashValue)-\(step)")
      let stopper = StepFault<BlobStep>()
      let store = try await fixture.open { try stopper($0) }
      let acknowledged = try await store.keep(Array("acknowledged".utf8))
      try await prepare(store, fixture)
      stopper.arm(at: step)
      do {
        try await operation(store, fixture)
        #expect(stopper.hit == nil)
        break
      } catch is Stopped {}
      hit.insert(try #require(stopper.hit))
      let later = try await fixture.open()
      _ = try await fixture.collector(later).settle()
      #expect(try await later.get(acknowledged) == Array("acknowledged".utf8))
      #expect(try await later.catalogue.unsettled().isEmpty)
      try await operation(later, fixture)
      try await check(later, fixture)
      #expect(try await later.get(acknowledged) == Array("acknowledged".utf8))
      try await later.requireSound()
    }
    #expect(hit == steps)
  }

  @Test(arguments: BackendKind.allCases)
  func `A put that stops anywhere is put again`(kind: BackendKind) async throws {
    try await stopping(kind, expecting: [.putBegun, .putStored]) { store, _ in
      try await store.keep([1, 2, 3])
    } check: { (store, _) async throws in
      #expect(try await store.get(BlobName(of: [1, 2, 3])) == [1, 2, 3])
    }
  }

  @Test(arguments: BackendKind.allCases)
  func `A removal that stops anywhere is finished`(kind: BackendKind) async throws {
    let gone = BlobName(of: [9])
    try await stopping(kind, expecting: [.removalMarked, .removalDone, .removalForgotten]) { store, _ in
      try await store.keep([9], .content, unixMs: 0)
    } _: { store, fixture in
      _ = try await fixture.collector(store, [.content: .seconds(1)]).run()
    } check: { (store, _) async throws in
      await #expect(throws: BlobError.missing(gone)) { try await store.get(gone) }
      #expect(try await store.backend.bytes(of: BlobObject(gone)) == nil)
    }
  }

  @Test(arguments: BackendKind.allCases)
  func `Damage that is found as the machine stops is moved aside and healed`(kind: BackendKind) async throws {
    let blob = bytes(2 * ChunkTree.chunkBytes)
    let name = BlobName(of: blob)
    try await stopping(kind, expecting: [.damageMarked, .damageMoved, .damageRecorded]) { store, fixture in
      try await store.keep(blob)
      try await fixture.overwrite(BlobObject(name), with: Array(blob.dropLast()) + [blob[0] ^ 1])
    } _: { store, _ in
      _ = try await BlobScrubber(store).round { _ in }
    } check: { (store, _) async throws in
      await #expect(throws: BlobError.damaged(name, found: nil)) { try await store.get(name) }
      try await store.keep(blob)
      #expect(try await store.get(name) == blob)
    }
  }

  @Test(arguments: BackendKind.allCases)
  func `An erasure that stops anywhere is finished and recorded once`(kind: BackendKind) async throws {
    let name = BlobName(of: [5])
    try await stopping(kind, expecting: [.erasureMarked, .erasureDone, .erasureRecorded, .tombstoneKept]) { store, _ in
      try await store.keep([5])
    } _: { store, _ in
      let erasure = try await store.erase(name, reason: "asked for", unixMs: 1)
      _ = try await store.keep(tombstone: Array(erasure.reason.utf8), of: name)
    } check: { (store, _) async throws in
      #expect(try await store.catalogue.erasures().map(\.name) == [name])
      #expect(try await store.catalogue.erasure(of: name)?.statement == Array("asked for".utf8))
      await #expect(throws: BlobError.erased(name)) { try await store.put([[5]]) }
    }
  }

  @Test(arguments: BackendKind.allCases)
  func `An upload that stops anywhere goes on from what is durable`(kind: BackendKind) async throws {
    let blob = bytes(3 * ChunkTree.chunkBytes + 5)
    try await stopping(
      kind,
      expecting: [.partWritten, .uploadDigested, .uploadSynced, .treeStored, .blobStored, .uploadCommitted]
    ) { store, fixture in
      try await upload(blob, to: try await fixture.uploads(store))
    } check: { (store, fixture) async throws in
      #expect(try await store.get(BlobName(of: blob)) == blob)
      #expect(try FileManager.default.contentsOfDirectory(atPath: "\(fixture.folder)/uploads").isEmpty)
    }
  }
}

/// Sends all that is missing and commits.
@discardableResult
func upload(
  _ blob: [UInt8], to uploads: UploadStore, caller: String = "tester", id: String = "one", partBytes: Int = 1 << 20,
  retention: RetentionClass = .model
) async throws -> BlobStore.Info {
  var at = try await uploads.begin(caller: caller, id: id, bytes: UInt64(blob.count), retention: retention)
  while at < blob.count {
    at = try await uploads.write(
      caller: caller, id: id, at: at, Array(blob[Int(at)..<min(Int(at) + partBytes, blob.count)]))
  }
  return try await uploads.commit(caller: caller, id: id, as: BlobName(of: blob))
}
