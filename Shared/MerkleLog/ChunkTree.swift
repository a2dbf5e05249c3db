public import Cryptography

/// The RFC 9162 tree over the chunks of one blob: chunk i is bytes [i * 2^20, (i + 1) * 2^20), the last may be shorter,
/// and an empty blob has none. Its root lets a range be checked without the rest of the blob.
public struct ChunkTree: HashReader, Equatable, Sendable {
  /// Bytes of every chunk but the last.
  public static let chunkBytes = 1 << 20

  /// Bytes of the whole blob.
  public let bytes: UInt64
  public let root: Digest32
  /// Hashes of complete subtrees: `levels[k][i]` covers the chunks [i << k, (i + 1) << k).
  private let levels: [[Digest32]]

  /// - Parameter leaves: ``leaf(_:)`` of each chunk. Nil when a blob of so many bytes has another number of chunks.
  public init?(bytes: UInt64, leaves: [Digest32]) {
    guard leaves.count == Self.count(bytes: bytes) else { return nil }
    self.bytes = bytes
    var levels = [leaves]
    while let below = levels.last, below.count > 1 {
      levels.append(stride(from: 0, to: below.count - 1, by: 2).map { TreeHash.node(below[$0], below[$0 + 1]) })
    }
    self.levels = levels
    root = TreeHash.fold(Frontier.coordinates(size: UInt64(leaves.count)).map { levels[$0.level][Int($0.index)] })
  }

  /// The tree of bytes that are all at hand.
  public init(of blob: [UInt8]) {
    let leaves = stride(from: 0, to: blob.count, by: Self.chunkBytes).map { start in
      TreeHash.leaf(Array(blob[start..<min(start + Self.chunkBytes, blob.count)]))
    }
    guard let tree = ChunkTree(bytes: UInt64(blob.count), leaves: leaves) else {
      preconditionFailure("a blob has as many chunks as it was cut into")
    }
    self = tree
  }

  /// How many chunks a blob of so many bytes has.
  public static func count(bytes: UInt64) -> Int {
    Int(bytes / UInt64(chunkBytes)) + (bytes % UInt64(chunkBytes) == 0 ? 0 : 1)
  }

  /// The hash of one chunk: `H(0x00 ‖ chunk)`.
  public static func leaf(_ chunk: [UInt8]) -> Digest32 { TreeHash.leaf(chunk) }

  /// The hashes of the chunks, in order.
  public var leaves: [Digest32] { levels[0] }

  /// The proof of one chunk. Errors: ``TreeError/indexBeyondTree(index:size:)``.
  public func proof(chunk index: UInt64) throws -> InclusionProof {
    try inclusionProof(index: index, size: UInt64(leaves.count))
  }

  public func hashes(at coordinates: [NodeCoordinate]) throws -> [Digest32] {
    try coordinates.map { node in
      guard node.level < levels.count, node.index < levels[node.level].count else {
        throw TreeError.nodeBeyondTree(node, size: UInt64(leaves.count))
      }
      return levels[node.level][Int(node.index)]
    }
  }
}
