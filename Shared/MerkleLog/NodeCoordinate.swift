/// The place of a complete subtree in a tree of any size: `level` 0 is a leaf, and the subtree covers the leaves
/// `[index << level, (index + 1) << level)`. Levels end at 63, since a size is a UInt64 and so below 2^64.
public struct NodeCoordinate: Hashable, Sendable, CustomStringConvertible {
  public let level: Int
  public let index: UInt64

  /// Errors: ``TreeError/noSuchNode(level:index:)`` when the subtree would end beyond leaf 2^64 - 1.
  public init(level: Int, index: UInt64) throws(TreeError) {
    guard (0...63).contains(level), level == 0 || index >> UInt64(64 - level) == 0 else {
      throw .noSuchNode(level: level, index: index)
    }
    self.init(unchecked: level, index)
  }

  init(unchecked level: Int, _ index: UInt64) {
    self.level = level
    self.index = index
  }

  public var description: String { "node(level \(level), index \(index))" }

  /// Whether the whole subtree lies inside a tree of `size` leaves.
  public func isComplete(inTreeOf size: UInt64) -> Bool { index < size >> UInt64(level) }
}

/// A run of leaves `[start, end)` whose root appears in a proof. `start` is a multiple of the power of two that is not
/// below the run's length, as RFC 9162's recursive split guarantees; so its set bits name its complete subtrees.
struct LeafRange: Hashable, Sendable {
  let start: UInt64
  let end: UInt64

  var count: UInt64 { end - start }

  /// The complete subtrees that tile the run, largest (leftmost) first. At most 64.
  var subtrees: [NodeCoordinate] {
    var nodes: [NodeCoordinate] = []
    var position = start
    for level in stride(from: 63, through: 0, by: -1) where count >> UInt64(level) & 1 == 1 {
      nodes.append(NodeCoordinate(unchecked: level, position >> UInt64(level)))
      // The last subtree may end at 2^64 - 1 exactly and never beyond: end is a UInt64.
      position += 1 << UInt64(level)
    }
    return nodes
  }

  /// The leaf where RFC 9162 splits this run: start + the largest power of two smaller than its length (at least 2).
  var middle: UInt64 { start + (1 << UInt64(63 - (count - 1).leadingZeroBitCount)) }
}
