/// Why a contribution in the log changes nothing.
public enum RegistryRefusal: Error, Equatable, Sendable, CustomStringConvertible {
  /// Contributions come in the order of the log.
  case order(index: UInt64, next: UInt64)
  /// The key speaks for no contributor.
  case unknownKey
  /// Another key speaks for this id.
  case taken(id: String)
  /// The key speaks for this id already.
  case otherID(String)
  /// The key has no open commitment at this index.
  case noCommitment(at: UInt64)
  case late(committed: UInt64, index: UInt64)
  case doesNotOpen(at: UInt64)
  /// No contribution: another kind, no signature by its key, or a record that is none.
  case unreadable(String)

  public var description: String {
    switch self {
    case .order(let index, let next):
      "index \(index) comes after \(next - 1): give contributions in the order of the log"
    case .unknownKey: "its key speaks for no contributor: register the contributor first"
    case .taken(let id): "another key speaks for '\(id)' since before"
    case .otherID(let id): "its key speaks for '\(id)' already: use a key of its own"
    case .noCommitment(let index): "its key has no open commitment at index \(index)"
    case .late(let committed, let index):
      "index \(index) is more than \(Registry.revealIndicesMax) after its commitment at \(committed): commit again"
    case .doesNotOpen(let index): "salt and asset do not open the commitment at index \(index)"
    case .unreadable(let why): why
    }
  }
}
