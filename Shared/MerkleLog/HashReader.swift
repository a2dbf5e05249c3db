public import Cryptography

/// A place that knows the hashes of complete subtrees: an array, tiles on a disk, tiles behind a network.
public protocol HashReader {
  /// The hashes at these coordinates, in their order. The reader throws when it lacks one; it never guesses.
  func hashes(at coordinates: [NodeCoordinate]) throws -> [Digest32]
}

extension HashReader {
  /// The root of the tree of `size` leaves.
  public func root(size: UInt64) throws -> Digest32 {
    TreeHash.fold(try checkedHashes(at: Frontier.coordinates(size: size)))
  }

  /// The proof that the leaf at `index` is in the tree of `size`.
  /// Errors: ``TreeError/indexBeyondTree(index:size:)``, and what the reader throws.
  public func inclusionProof(index: UInt64, size: UInt64) throws -> InclusionProof {
    InclusionProof(
      index: index, size: size, path: try roots(of: ProofRanges.inclusion(index: index, size: size)))
  }

  /// The proof that the tree of `new` leaves begins with the tree of `old`; an empty path when they are equal.
  /// Errors: ``TreeError/sizesOutOfOrder(old:new:)``, ``TreeError/noProofFromEmptyTree``, and what the reader throws.
  public func consistencyProof(old: UInt64, new: UInt64) throws -> ConsistencyProof {
    ConsistencyProof(old: old, new: new, path: try roots(of: ProofRanges.consistency(old: old, new: new)))
  }

  /// One read for all subtrees of all runs, so that a tile is fetched once per proof.
  private func roots(of ranges: [LeafRange]) throws -> [Digest32] {
    let subtrees = ranges.map(\.subtrees)
    var remaining = try checkedHashes(at: subtrees.flatMap { $0 })[...]
    return subtrees.map { nodes in
      defer { remaining = remaining.dropFirst(nodes.count) }
      return TreeHash.fold(remaining.prefix(nodes.count))
    }
  }

  func checkedHashes(at coordinates: [NodeCoordinate]) throws -> [Digest32] {
    guard !coordinates.isEmpty else { return [] }
    let found = try hashes(at: coordinates)
    guard found.count == coordinates.count else {
      throw TreeError.readerCount(expected: coordinates.count, actual: found.count)
    }
    return found
  }
}

extension InclusionProof {
  /// The coordinates that a reader must know to make this proof; for callers that fetch tiles ahead of time.
  public static func coordinates(index: UInt64, size: UInt64) throws(TreeError) -> [NodeCoordinate] {
    try ProofRanges.inclusion(index: index, size: size).flatMap(\.subtrees)
  }
}

extension ConsistencyProof {
  /// The coordinates that a reader must know to make this proof; for callers that fetch tiles ahead of time.
  public static func coordinates(old: UInt64, new: UInt64) throws(TreeError) -> [NodeCoordinate] {
    try ProofRanges.consistency(old: old, new: new).flatMap(\.subtrees)
  }
}
