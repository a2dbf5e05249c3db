import AsyncHTTPClient
import Cryptography
import Foundation
import Hummingbird
import HummingbirdTesting
import Logging
import MerkleLog
import RPC
import Synchronization
import Testing
import Wire

@testable import ServiceKit

/// Blobs of a storage that breaks off, says nothing, or lies.
@Suite struct StorageBlobsTests {
  /// What the storage of a test does when it is asked for chunks; told how often it was before.
  typealias Reading = @Sendable (Int, ReadBlobRequest, (BlobChunk) async throws -> Void) async throws -> Void

  private let blob: [UInt8]
  private let digest: Digest32
  private let chunks: [BlobChunk]
  private let root: [UInt8]

  init() throws {
    blob = (0..<(2 * ChunkTree.chunkBytes + 99)).map { UInt8(truncatingIfNeeded: $0 &* 29 &+ $0 >> 11) }
    digest = SHA256.hash(blob)
    let (blob, tree) = (blob, ChunkTree(of: blob))
    root = tree.root.bytes
    chunks = try (0..<3).map { index in
      let start = index * ChunkTree.chunkBytes
      return BlobChunk(
        index: UInt64(index), data: Array(blob[start..<min(start + ChunkTree.chunkBytes, blob.count)]),
        path: try tree.proof(chunk: UInt64(index)).path.map(\.bytes))
    }
  }

  /// Fetches the blob from a storage that reads as `reading` says. Returns how often it was asked, and the digest of
  /// what came, or why nothing did.
  private func fetch(
    bytes: UInt64? = nil, root: [UInt8]? = nil, _ reading: @escaping Reading
  ) async throws -> (asked: Int, outcome: Result<Digest32, any Error>) {
    let folder = try freshFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let info = BlobInfo(digest: digest.bytes, bytes: bytes ?? UInt64(blob.count), root: root ?? self.root)
    let asked = Counter()
    let router = Router(context: ServiceRequestContext.self)
    router.serve(StorageProcedures.getBlobInfo) { _, _ in info }
    router.serve(StorageProcedures.readBlob) { input, _, send in try await reading(asked.next(), input, send) }
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let (path, digest, count) = ("\(folder)/blob", digest, UInt64(blob.count))
    let outcome = try await Application(router: router, logger: logger).test(.live) { client in
      let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: RPCClient.httpConfiguration)
      let blobs = StorageBlobs(RPCClient(http: http, base: "http://localhost:\(client.port ?? 0)"))
      let outcome: Result<Digest32, any Error>
      do {
        try await blobs.fetch(digest, bytes: count, to: path)
        outcome = .success(SHA256.hash(FileManager.default.contents(atPath: path).map(Array.init) ?? []))
      } catch { outcome = .failure(error) }
      try await http.shutdown()
      return outcome
    }
    if case .failure = outcome { #expect(!FileManager.default.fileExists(atPath: path)) }
    return (asked.count, outcome)
  }

  @Test("what breaks off is gone on with, from the chunk that was next")
  func broken() async throws {
    let chunks = chunks
    let (asked, outcome) = try await fetch { attempt, request, send in
      #expect(request.offset == UInt64(attempt * ChunkTree.chunkBytes))
      try await send(chunks[attempt])
      if attempt < 2 { throw RPCError(.unavailable, "gone") }
    }
    #expect(try outcome.get() == digest && asked == 3)
  }

  @Test("a storage that ends well and sends nothing is asked some times, and not for ever")
  func silent() async throws {
    let (asked, outcome) = try await fetch { _, _, _ in }
    #expect(asked == 6)
    #expect(throws: RPCError(.unavailable, "storage sent nothing of what it states")) { try outcome.get() }
  }

  @Test("one that is away stays away; an error that is no break is not tried again")
  func away() async throws {
    let (asked, outcome) = try await fetch { _, _, _ in throw RPCError(.unavailable, "away") }
    #expect(asked == 6)
    #expect(throws: RPCError(.unavailable, "away")) { try outcome.get() }
    let (once, refused) = try await fetch { _, _, _ in throw RPCError(.notFound, "no such blob") }
    #expect(once == 1)
    #expect(throws: RPCError(.notFound, "no such blob")) { try refused.get() }
  }

  @Test(
    "a chunk in the place of another, changed bytes, a chunk too many: nothing of them is kept, and nobody asks again")
  func lies() async throws {
    let chunks = chunks
    let (others, moved) = try await fetch { _, _, send in try await send(chunks[1]) }
    #expect(others == 1)
    #expect(throws: BlobFileError.otherChunk) { try moved.get() }
    let (_, changed) = try await fetch { _, _, send in
      var chunk = chunks[0]
      chunk.data[5] ^= 1
      try await send(chunk)
    }
    #expect(throws: BlobFileError.self) { try changed.get() }
    let (_, more) = try await fetch { _, _, send in for chunk in chunks + [chunks[0]] { try await send(chunk) } }
    #expect(throws: BlobFileError.otherChunk) { try more.get() }
  }

  @Test("another size, no root, and a whole blob of another name are refused")
  func names() async throws {
    let size = UInt64(blob.count)
    let (asked, other) = try await fetch(bytes: size - 1) { _, _, _ in }
    #expect(asked == 0)
    #expect(throws: BlobFileError.otherSize(size - 1, expected: size)) { try other.get() }
    let (_, rootless) = try await fetch(root: [1, 2, 3]) { _, _, _ in }
    #expect(throws: RPCError(.unavailable, "storage states no root")) { try rootless.get() }
    // Proven under a root that storage made up: the name is what counts.
    let made = [UInt8](repeating: 7, count: blob.count)
    let tree = ChunkTree(of: made)
    let forged = try (0..<3).map { index in
      BlobChunk(
        index: UInt64(index),
        data: Array(made.prefix(min(ChunkTree.chunkBytes, blob.count - index * ChunkTree.chunkBytes))),
        path: try tree.proof(chunk: UInt64(index)).path.map(\.bytes))
    }
    let (_, named) = try await fetch(root: tree.root.bytes) { _, _, send in
      for chunk in forged { try await send(chunk) }
    }
    #expect(throws: BlobFileError.otherBytes(SHA256.hash(made))) { try named.get() }
  }
}

private final class Counter: Sendable {
  private let value = Mutex(0)

  var count: Int { value.withLock { $0 } }

  func next() -> Int {
    value.withLock {
      $0 += 1
      return $0 - 1
    }
  }
}
