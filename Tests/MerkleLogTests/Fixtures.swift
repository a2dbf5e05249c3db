import Cryptography
import Foundation
import MerkleLog

/// Test data: `Tests/Vectors/merkle`.
enum Vectors {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Vectors/merkle")

  static func bytes(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: folder.appending(path: path))) }

  static func text(_ path: String) throws -> String { String(decoding: try bytes(path), as: UTF8.self) }
}

/// 32-byte entries that differ by index.
func entries(_ count: Int, from first: Int = 0) -> [[UInt8]] {
  (first..<first + count).map { SHA256.hash(Array("entry \($0)".utf8)).bytes }
}

func leaves(_ count: Int) -> [Digest32] { entries(count).map(TreeHash.leaf) }

/// A reader over all leaf hashes that computes each node by the definition.
struct ArrayReader: HashReader {
  let leaves: [Digest32]

  func hashes(at coordinates: [NodeCoordinate]) throws -> [Digest32] {
    try coordinates.map { node in
      guard node.isComplete(inTreeOf: UInt64(leaves.count)) else {
        throw TreeError.nodeBeyondTree(node, size: UInt64(leaves.count))
      }
      let start = Int(node.index << UInt64(node.level))
      return MerkleTree.root(leaves[start..<start + 1 << node.level])
    }
  }
}

/// All leaves are equal, so a node depends on its level alone and a tree of any size can be had.
struct UniformReader: HashReader {
  static let leaf = TreeHash.leaf([7])
  static let levels: [Digest32] = (1...63).reduce(into: [leaf]) { levels, _ in
    levels.append(TreeHash.node(levels[levels.count - 1], levels[levels.count - 1]))
  }

  func hashes(at coordinates: [NodeCoordinate]) throws -> [Digest32] { coordinates.map { Self.levels[$0.level] } }
}

extension Digest32 {
  func flipping(bit: Int) -> Digest32 {
    var bytes = self.bytes
    bytes[bit / 8] ^= 1 << UInt8(bit % 8)
    return (try? Digest32(bytes)) ?? self
  }
}

/// Tiles by path, as a folder would keep them.
struct TileStore: Sendable {
  struct Missing: Error {}
  var files: [String: [UInt8]] = [:]

  @Sendable func fetch(_ tile: Tile) throws -> [UInt8] {
    guard let bytes = files[tile.path] else { throw Missing() }
    return bytes
  }

  /// Appends in batches of these sizes and returns the store and the last growth's edge.
  static func grown(_ batches: [Int]) throws -> (store: TileStore, edge: TileEdge) {
    var store = TileStore()
    var edge = TileEdge()
    var all: [[UInt8]] = []
    for batch in batches {
      let more = entries(batch, from: all.count)
      let growth = try TreeGrowth(edge: edge, partialEntries: Array(all.suffix(all.count % 256)), appending: more)
      for (tile, bytes) in growth.tiles { store.files[tile.path] = bytes }
      all += more
      edge = growth.edge
    }
    return (store, edge)
  }
}

func key(_ seed: String) throws -> SigningKey { try SigningKey(seed: SHA256.hash(Array(seed.utf8)).bytes) }
