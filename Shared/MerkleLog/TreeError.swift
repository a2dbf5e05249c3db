/// A tree operation that was asked for something that does not exist.
public enum TreeError: Error, Equatable, Sendable, CustomStringConvertible {
  case noSuchNode(level: Int, index: UInt64)
  case nodeBeyondTree(NodeCoordinate, size: UInt64)
  case indexBeyondTree(index: UInt64, size: UInt64)
  case sizesOutOfOrder(old: UInt64, new: UInt64)
  case noProofFromEmptyTree
  case full
  case frontierCount(expected: Int, actual: Int, size: UInt64)
  case readerCount(expected: Int, actual: Int)
  case partialBundle(size: UInt64)
  case edgeMismatch(size: UInt64, computed: String, expected: String)

  public var description: String {
    switch self {
    case .noSuchNode(let level, let index):
      "no complete subtree has level \(level) and index \(index): it would end beyond 2^64 leaves"
    case .nodeBeyondTree(let node, let size):
      "\(node) is not complete in a tree of size \(size): ask at a larger size"
    case .indexBeyondTree(let index, let size):
      "index \(index) is not in a tree of size \(size): indices end at size - 1"
    case .sizesOutOfOrder(let old, let new):
      "old size \(old) is larger than new size \(new): a log never shrinks"
    case .noProofFromEmptyTree:
      "every tree is consistent with the empty tree: there is no proof to make from old size 0"
    case .full: "the tree holds 2^64 - 1 leaves, the largest size a checkpoint can state"
    case .frontierCount(let expected, let actual, let size):
      "the right edge of a tree of size \(size) has \(expected) subtrees, but \(actual) hashes were given"
    case .readerCount(let expected, let actual):
      "the hash reader was asked for \(expected) hashes and returned \(actual)"
    case .partialBundle(let size):
      "the partial entry bundle at size \(size) does not hash to the tree's last leaves: audit the log before appending"
    case .edgeMismatch(let size, let computed, let expected):
      "the tiles at size \(size) have root \(computed), but \(expected) was signed: audit the log before appending"
    }
  }
}
