internal import Cryptography
internal import MerkleLog

/// The name and the chunk tree of a blob whose chunks come one after the other, in one pass.
struct BlobDigest: ~Copyable {
  private var hasher = SHA256Hasher()
  private var leaves: [Digest32] = []
  private(set) var bytes: UInt64 = 0

  /// Appends a whole chunk, or the last one, which may be shorter.
  mutating func append(_ chunk: [UInt8]) {
    precondition(chunk.count <= ChunkTree.chunkBytes && bytes % UInt64(ChunkTree.chunkBytes) == 0, "not a next chunk")
    hasher.update(chunk)
    leaves.append(ChunkTree.leaf(chunk))
    bytes += UInt64(chunk.count)
  }

  consuming func finish() -> (name: BlobName, tree: ChunkTree) {
    guard let tree = ChunkTree(bytes: bytes, leaves: leaves) else { preconditionFailure("a chunk was empty") }
    return (BlobName(hasher.finalize()), tree)
  }
}

extension ChunkTree {
  /// The leaf hashes as they lie beside the blob.
  var stored: [UInt8] { leaves.flatMap(\.bytes) }

  /// Nil for what is no list of leaf hashes of a blob of so many bytes.
  init?(bytes: UInt64, stored: [UInt8]) {
    guard stored.count % Digest32.count == 0 else { return nil }
    let leaves = stride(from: 0, to: stored.count, by: Digest32.count).compactMap {
      try? Digest32(Array(stored[$0..<$0 + Digest32.count]))
    }
    self.init(bytes: bytes, leaves: leaves)
  }
}
