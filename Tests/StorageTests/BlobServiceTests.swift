import Cryptography
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import MerkleLog
import RPC
import Receipts
import ServiceKit
import Stores
import Synchronization
import Testing
import Wire

@testable import StorageService

/// Blobs as callers of the service see them.
@Suite struct BlobServiceTests {
  let fixture: StorageFixture
  init() throws { fixture = try StorageFixture() }

  @Test func `An uploaded blob is read by range, each chunk with its proof`() async throws {
    let storage = try await fixture.open()
    let data = blob(2 * ChunkTree.chunkBytes + 99)
    let info = try await put(data, to: storage)
    #expect(info.bytes == UInt64(data.count) && info.retention == .evidence)
    #expect(try await storage.blobInfo(GetBlobInfoRequest(digest: info.digest)) == info)
    let root = try Digest32(info.root)
    for (offset, length, expected) in [
      (0, 0, 0..<3), (1 << 20, 1, 1..<2), (5, (1 << 20) - 4, 0..<2), (data.count, 0, 0..<0),
    ] {
      let chunks = Mutex<[BlobChunk]>([])
      try await storage.readBlob(
        ReadBlobRequest(digest: info.digest, offset: UInt64(offset), length: UInt64(length))
      ) { chunk in chunks.withLock { $0.append(chunk) } }
      let got = chunks.withLock { $0 }
      #expect(got.map { Int($0.index) } == Array(expected))
      for chunk in got {
        try InclusionProof(index: chunk.index, size: 3, path: chunk.path.map { try Digest32($0) })
          .verify(leafHash: ChunkTree.leaf(chunk.data), root: root)
      }
    }
    let beyond = ReadBlobRequest(digest: info.digest, offset: UInt64(data.count) + 1)
    #expect(await code(storage) { try await storage.readBlob(beyond) { _ in } }?.code == .outOfRange)
  }

  @Test func `An erased blob is gone, its tombstone is in the log, and other proofs stay`() async throws {
    let storage = try await fixture.open()
    let other = try fixture.statement(1)
    let before = try await storage.append(AppendRequest(statement: other.bytes))
    let data = blob(3 << 20)
    let info = try await put(data, to: storage)
    let request = EraseBlobRequest(digest: info.digest, reason: "the owner asked")
    let erased = try await storage.eraseBlob(request)
    let tombstone = try SignedStatement(erased.tombstoneStatement)
    #expect(tombstone.isSigned(by: fixture.keys.custody.publicKey) && tombstone.statement.kind == .tombstone)
    let predicate = try TombstonePredicate(tombstone.statement.predicate)
    #expect(predicate.blob.bytes == info.digest && predicate.reason == "the owner asked")
    #expect(tombstone.statement.subjectDigest == (try predicate.digest))
    try fixture.verify(try #require(erased.inclusion), of: tombstone)
    #expect(try await storage.eraseBlob(request).tombstoneStatement == erased.tombstoneStatement)

    let get = await code(storage) { try await storage.blob(GetBlobRequest(digest: info.digest)) }
    #expect(get?.code == .notFound && get?.message.contains("410") == true)
    await #expect(throws: BlobError.erased(BlobName(SHA256.hash(data)))) { try await put(data, to: storage) }
    // The proof of before holds, and the log has grown over it.
    try fixture.verify(before, of: other)
    try fixture.verify(
      try await storage.inclusion(GetInclusionRequest(statementDigest: other.digest.bytes)), of: other)
    try await route(storage, "/blobs/\(BlobName(SHA256.hash(data)))") { answer in
      #expect(answer.status == .gone && Array(answer.body.readableBytesView) == erased.tombstoneStatement)
    }
  }

  @Test func `An erased statement is no longer served, and its entry and proof stay`() async throws {
    let storage = try await fixture.open()
    let statement = try fixture.statement(1)
    _ = try await storage.append(AppendRequest(statement: statement.bytes))
    let request = GetBlobRequest(digest: statement.digest.bytes)
    #expect(try await storage.blob(request).data == statement.bytes)
    let erased = try await storage.eraseBlob(EraseBlobRequest(digest: statement.digest.bytes, reason: "r"))
    let tombstone = try SignedStatement(erased.tombstoneStatement)
    #expect(try TombstonePredicate(tombstone.statement.predicate).bytes == UInt64(statement.bytes.count))
    let get = await code(storage) { try await storage.blob(request) }
    #expect(get?.code == .notFound && get?.message.contains("410") == true)
    try fixture.verify(
      try await storage.inclusion(GetInclusionRequest(statementDigest: statement.digest.bytes)), of: statement)
    let raw = try Data(contentsOf: URL(filePath: "\(fixture.folder)/storage.sqlite"))
    #expect(raw.range(of: Data(statement.bytes.suffix(64))) == nil)
  }

  @Test(arguments: [BlobStep.erasureMarked, .erasureDone, .erasureRecorded, .tombstoneKept, .tombstoneLogged])
  func `A tombstone that a crash kept out of the log comes after the next start`(step: BlobStep) async throws {
    let data = blob(10)
    let stop = Mutex(false)
    let storage = try await fixture.open(blobFault: { at in
      if at == step, stop.withLock({ $0 }) { throw Stopped() }
    })
    let info = try await put(data, to: storage)
    stop.withLock { $0 = true }
    await #expect(throws: Stopped.self) {
      try await storage.eraseBlob(EraseBlobRequest(digest: info.digest, reason: "r"))
    }
    let later = try await fixture.open()
    _ = try await later.collector.run()
    try await later.registerPendingTombstones()
    let erasure = try #require(try await later.blobs.catalogue.erasure(of: BlobName(SHA256.hash(data))))
    let statement = try SignedStatement(try #require(erasure.statement))
    let size = later.log.sequencer.published.size
    try fixture.verify(
      try await later.inclusion(GetInclusionRequest(statementDigest: statement.digest.bytes)), of: statement)
    try await later.registerPendingTombstones()
    #expect(later.log.sequencer.published.size == size)
  }

  @Test func `What a caller does wrong with an upload has its own code`() async throws {
    let storage = try await fixture.open()
    func failure(_ body: () async throws -> some Sendable) async -> RPCCode? { await code(storage, body)?.code }
    let begin = BeginUploadRequest(uploadID: "one", bytes: 10, retention: .model)
    #expect(
      await failure { try await storage.beginUpload(BeginUploadRequest(uploadID: "one"), tester) } == .invalidArgument)
    #expect(
      await failure { try await storage.beginUpload(BeginUploadRequest(uploadID: "?", retention: .model), tester) }
        == .invalidArgument)
    #expect(await failure { try await storage.putPart(PutPartRequest(uploadID: "one"), tester) } == .notFound)
    _ = try await storage.beginUpload(begin, tester)
    #expect(
      await failure { try await storage.putPart(PutPartRequest(uploadID: "one", offset: 5, data: [1]), tester) }
        == .outOfRange)
    let commit = CommitUploadRequest(uploadID: "one", digest: SHA256.hash([1]).bytes)
    #expect(await failure { try await storage.commitUpload(commit, tester) } == .failedPrecondition)
    _ = try await storage.putPart(PutPartRequest(uploadID: "one", data: blob(10)), tester)
    #expect(await failure { try await storage.commitUpload(commit, tester) } == .dataLoss)
    _ = try await storage.abortUpload(AbortUploadRequest(uploadID: "one"), tester)
    let info = try await put(blob(10), to: storage)
    let release = ReleaseBlobRequest(digest: info.digest, retention: .evidence)
    #expect(try await storage.releaseBlob(release, tester).released)
    #expect(try await !storage.releaseBlob(release, tester).released)
    #expect(await failure { try await storage.blobInfo(GetBlobInfoRequest(digest: info.digest)) } == .notFound)
    #expect(
      await failure { try await storage.eraseBlob(EraseBlobRequest(digest: info.digest, reason: "r")) } == .notFound)
    #expect(
      await failure { try await storage.eraseBlob(EraseBlobRequest(digest: info.digest)) } == .invalidArgument)
  }
}

private struct Stopped: Error {}
