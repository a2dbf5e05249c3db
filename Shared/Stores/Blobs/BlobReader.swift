public import Cryptography
public import MerkleLog

/// A blob open for reading in chunks, each compared with the chunk tree before it is handed out.
public struct BlobReader: Sendable {
  /// Of every chunk but the last.
  public static let chunkBytes = ChunkTree.chunkBytes

  public struct Chunk: Sendable {
    public let index: Int
    public let bytes: [UInt8]
  }

  public let info: BlobStore.Info
  public let tree: ChunkTree
  let store: BlobStore
  let object: BlobCatalogue.Object

  /// The chunks that hold this range of bytes. Errors: ``BlobError/rangeBeyondEnd(_:offset:bytes:)``.
  ///
  /// - Parameter length: nil for all that follows.
  public func chunks(of offset: UInt64, length: UInt64?) throws(BlobError) -> Range<Int> {
    guard offset <= info.bytes else {
      throw .rangeBeyondEnd(info.name, offset: offset, bytes: info.bytes)
    }
    let left = info.bytes - offset
    let end = offset + min(length ?? left, left)
    guard end > offset else { return 0..<0 }
    return Int(offset / UInt64(ChunkTree.chunkBytes))..<ChunkTree.count(bytes: end)
  }

  /// The first chunks of `range`, as many as one read of the backend brings: at least one.
  /// Errors: ``BlobError/damaged(_:found:)``, and those of the backend.
  public func read(_ range: Range<Int>) async throws -> [Chunk] {
    precondition(!range.isEmpty && range.upperBound <= tree.leaves.count, "no such chunks")
    let offset = UInt64(range.lowerBound) * UInt64(ChunkTree.chunkBytes)
    let most = min(range.count, max(1, store.backend.readBytes / ChunkTree.chunkBytes))
    let count = Int(min(UInt64(most * ChunkTree.chunkBytes), info.bytes - offset))
    guard let bytes = try await store.backend.read(BlobObject(info.name), from: offset, count: count),
      bytes.count == count
    else { throw try await store.damaged(info.name, object, found: nil) }
    var chunks: [Chunk] = []
    for (index, chunk) in zip(range.lowerBound..., bytes.chunks) {
      guard ChunkTree.leaf(chunk) == tree.leaves[index] else {
        throw try await store.damaged(info.name, object, found: nil)
      }
      chunks.append(Chunk(index: index, bytes: chunk))
    }
    return chunks
  }

  /// The path that proves one chunk under ``BlobStore/Info/root``.
  public func path(of chunk: Int) throws -> [Digest32] { try tree.proof(chunk: UInt64(chunk)).path }
}

extension [UInt8] {
  /// These bytes, which begin at the beginning of a chunk, cut into chunks.
  var chunks: [[UInt8]] {
    if count <= ChunkTree.chunkBytes { return isEmpty ? [] : [self] }
    return stride(from: 0, to: count, by: ChunkTree.chunkBytes).map {
      Array(self[$0..<Swift.min($0 + ChunkTree.chunkBytes, count)])
    }
  }
}
