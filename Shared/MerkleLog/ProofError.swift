/// Why a proof was refused.
public enum ProofError: Error, Equatable, Sendable, CustomStringConvertible {
  case indexBeyondTree(index: UInt64, size: UInt64)
  case sizesOutOfOrder(old: UInt64, new: UInt64)
  case pathLength(expected: Int, actual: Int)
  case rootMismatch(computed: String, expected: String)
  case oldRootMismatch(computed: String, expected: String)

  public var description: String {
    switch self {
    case .indexBeyondTree(let index, let size):
      "index \(index) is not in a tree of size \(size): the proof names no leaf"
    case .sizesOutOfOrder(let old, let new):
      "old size \(old) is larger than new size \(new): the log shrank, or the checkpoints were swapped"
    case .pathLength(let expected, let actual):
      "the path has \(actual) hashes, and a proof for these numbers has exactly \(expected)"
    case .rootMismatch(let computed, let expected):
      "the path leads to root \(computed), but the checkpoint says \(expected)"
    case .oldRootMismatch(let computed, let expected):
      "the path leads to old root \(computed), but the older checkpoint says \(expected)"
    }
  }
}
