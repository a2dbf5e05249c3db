import Cryptography
import TestKit
import Testing

@testable import MerkleLog

@Suite struct ProofTests {
  static let all = leaves(260)
  static let roots = (0...260).map { MerkleTree.root(all.prefix($0)) }
  /// Every complete subtree's hash, computed once: what a store knows.
  static let reader = TableReader(leaves: all)

  struct TableReader: HashReader {
    let levels: [[Digest32]]

    init(leaves: [Digest32]) {
      var levels = [leaves]
      while levels[levels.count - 1].count > 1 {
        let below = levels[levels.count - 1]
        levels.append((0..<below.count / 2).map { TreeHash.node(below[2 * $0], below[2 * $0 + 1]) })
      }
      self.levels = levels
    }

    func hashes(at coordinates: [NodeCoordinate]) throws -> [Digest32] {
      coordinates.map { levels[$0.level][Int($0.index)] }
    }
  }

  @Test func everyInclusionProofUpTo260IsTheDefinitionsAndVerifies() throws {
    for size in 1...260 {
      for index in 0..<size {
        let proof = try Self.reader.inclusionProof(index: UInt64(index), size: UInt64(size))
        #expect(proof.path == MerkleTree.inclusionPath(index, Self.all.prefix(size)))
        try proof.verify(leafHash: Self.all[index], root: Self.roots[size])
      }
    }
  }

  @Test func everyConsistencyProofUpTo260IsTheDefinitionsAndVerifies() throws {
    for new in 1...260 {
      for old in 1...new {
        let proof = try Self.reader.consistencyProof(old: UInt64(old), new: UInt64(new))
        #expect(proof.path == MerkleTree.consistencyPath(old, Self.all.prefix(new)))
        try proof.verify(oldRoot: Self.roots[old], newRoot: Self.roots[new])
      }
    }
  }

  @Test func anInclusionProofServesNoOtherLeafIndexOrLength() throws {
    for size in 1...70 {
      for index in 0..<size {
        let proof = try Self.reader.inclusionProof(index: UInt64(index), size: UInt64(size))
        func refuses(_ leaf: Int, _ index: Int, _ path: [Digest32]) -> Bool {
          let proof = InclusionProof(index: UInt64(index), size: UInt64(size), path: path)
          return (try? proof.verify(leafHash: Self.all[leaf], root: Self.roots[size])) == nil
        }
        for other in 0..<size where other != index {
          #expect(refuses(index, other, proof.path))
          #expect(refuses(other, index, proof.path))
        }
        #expect(refuses(index, size, proof.path))
        #expect(refuses(index, index, proof.path + [Self.all[0]]))
        #expect(refuses(index, index, [Self.all[0]] + proof.path))
        if !proof.path.isEmpty {
          #expect(refuses(index, index, Array(proof.path.dropLast())))
          #expect(refuses(index, index, Array(proof.path.dropFirst())))
        }
      }
    }
  }

  @Test func everyFlippedBitOfAnInclusionProofIsRefused() throws {
    for size in [1, 2, 3, 5, 8, 13, 100] {
      for index in Set([0, size / 2, size - 1]) {
        let proof = try Self.reader.inclusionProof(index: UInt64(index), size: UInt64(size))
        for bit in 0..<256 {
          #expect(throws: ProofError.self) {
            try proof.verify(leafHash: Self.all[index].flipping(bit: bit), root: Self.roots[size])
          }
          #expect(throws: ProofError.self) {
            try proof.verify(leafHash: Self.all[index], root: Self.roots[size].flipping(bit: bit))
          }
          for place in proof.path.indices {
            var path = proof.path
            path[place] = path[place].flipping(bit: bit)
            #expect(throws: ProofError.self) {
              try InclusionProof(index: UInt64(index), size: UInt64(size), path: path)
                .verify(leafHash: Self.all[index], root: Self.roots[size])
            }
          }
        }
      }
    }
  }

  @Test func aConsistencyProofServesNoOtherRootsSizesOrLength() throws {
    for new in 1...50 {
      for old in 1...new {
        let proof = try Self.reader.consistencyProof(old: UInt64(old), new: UInt64(new))
        func refuses(_ oldRoot: Digest32, _ newRoot: Digest32, _ path: [Digest32]) -> Bool {
          let proof = ConsistencyProof(old: UInt64(old), new: UInt64(new), path: path)
          return (try? proof.verify(oldRoot: oldRoot, newRoot: newRoot)) == nil
        }
        for other in 1...50 where other != old { #expect(refuses(Self.roots[other], Self.roots[new], proof.path)) }
        for other in 1...50 where other != new { #expect(refuses(Self.roots[old], Self.roots[other], proof.path)) }
        #expect(refuses(Self.roots[old], Self.roots[new], proof.path + [Self.all[0]]))
        #expect(refuses(Self.roots[old], Self.roots[new], [Self.all[0]] + proof.path))
        if !proof.path.isEmpty {
          #expect(refuses(Self.roots[old], Self.roots[new], Array(proof.path.dropLast())))
          #expect(refuses(Self.roots[old], Self.roots[new], Array(proof.path.dropFirst())))
          #expect(refuses(Self.roots[old], Self.roots[new], []))
        }
      }
    }
  }

  @Test func everyFlippedBitOfAConsistencyProofIsRefused() throws {
    for (old, new) in [(1, 1), (1, 2), (2, 3), (3, 4), (4, 7), (6, 8), (7, 13), (64, 100), (99, 100), (100, 260)] {
      let proof = try Self.reader.consistencyProof(old: UInt64(old), new: UInt64(new))
      for bit in 0..<256 {
        #expect(throws: ProofError.self) {
          try proof.verify(oldRoot: Self.roots[old].flipping(bit: bit), newRoot: Self.roots[new])
        }
        #expect(throws: ProofError.self) {
          try proof.verify(oldRoot: Self.roots[old], newRoot: Self.roots[new].flipping(bit: bit))
        }
        for place in proof.path.indices {
          var path = proof.path
          path[place] = path[place].flipping(bit: bit)
          #expect(throws: ProofError.self) {
            try ConsistencyProof(old: UInt64(old), new: UInt64(new), path: path)
              .verify(oldRoot: Self.roots[old], newRoot: Self.roots[new])
          }
        }
      }
    }
  }

  @Test func theEmptyTreeIsConsistentWithEveryTreeAndHasNoOtherRoot() throws {
    let (empty, root) = (TreeHash.empty, Self.roots[5])
    try ConsistencyProof.verify(old: 0, new: 5, path: [], oldRoot: empty, newRoot: root)
    try ConsistencyProof.verify(old: 0, new: 0, path: [], oldRoot: empty, newRoot: empty)
    #expect(throws: ProofError.self) {
      try ConsistencyProof.verify(old: 0, new: 5, path: [], oldRoot: root, newRoot: root)
    }
    #expect(throws: ProofError.self) {
      try ConsistencyProof.verify(old: 0, new: 0, path: [], oldRoot: empty, newRoot: root)
    }
    #expect(throws: ProofError.pathLength(expected: 0, actual: 1)) {
      try ConsistencyProof.verify(old: 0, new: 5, path: [empty], oldRoot: empty, newRoot: root)
    }
    #expect(throws: ProofError.sizesOutOfOrder(old: 6, new: 5)) {
      try ConsistencyProof.verify(old: 6, new: 5, path: [], oldRoot: root, newRoot: root)
    }
    #expect(throws: ProofError.indexBeyondTree(index: 0, size: 0)) {
      try InclusionProof.verify(leafHash: root, index: 0, size: 0, path: [], root: empty)
    }
  }

  @Test func proofsThatCannotExistAreNotMade() {
    #expect(throws: TreeError.indexBeyondTree(index: 5, size: 5)) {
      try Self.reader.inclusionProof(index: 5, size: 5)
    }
    #expect(throws: TreeError.sizesOutOfOrder(old: 6, new: 5)) { try Self.reader.consistencyProof(old: 6, new: 5) }
    #expect(throws: TreeError.noProofFromEmptyTree) { try Self.reader.consistencyProof(old: 0, new: 5) }
    #expect(MerkleTree.inclusionPath(5, Self.all.prefix(5)) == nil)
    #expect(MerkleTree.consistencyPath(0, Self.all.prefix(5)) == nil)
    #expect(MerkleTree.consistencyPath(6, Self.all.prefix(5)) == nil)
  }

  @Test func aHostilePathIsRefusedByItsLengthBeforeAnyHashing() {
    let path = [Digest32](repeating: TreeHash.empty, count: 1_000_000)
    #expect(throws: ProofError.pathLength(expected: 3, actual: 1_000_000)) {
      try InclusionProof.verify(leafHash: TreeHash.empty, index: 1, size: 8, path: path, root: TreeHash.empty)
    }
  }

  @Test func sizesUpToTheLastUInt64AreServed() throws {
    var random = SplitMix64(state: 64)
    let reader = UniformReader()
    var sizes: [UInt64] = [.max, .max - 1, 1 << 63, (1 << 63) + 1, (1 << 63) - 1, 1 << 56, 1 << 32]
    sizes += (0..<40).map { _ in UInt64.random(in: 1...(.max), using: &random) }
    for size in sizes {
      let root = try reader.root(size: size)
      for index in [0, size - 1, size / 2, UInt64.random(in: 0..<size, using: &random)] {
        let proof = try reader.inclusionProof(index: index, size: size)
        try proof.verify(leafHash: UniformReader.leaf, root: root)
        #expect(throws: ProofError.self) {
          try InclusionProof.verify(
            leafHash: UniformReader.leaf, index: index, size: size, path: proof.path + [root], root: root)
        }
      }
      for old in [1, size - 1, size, max(1, size / 2), UInt64.random(in: 1...size, using: &random)] where old > 0 {
        let proof = try reader.consistencyProof(old: old, new: size)
        try proof.verify(oldRoot: reader.root(size: old), newRoot: root)
      }
      #expect(throws: ProofError.indexBeyondTree(index: size, size: size)) {
        try InclusionProof.verify(leafHash: root, index: size, size: size, path: [], root: root)
      }
    }
  }
}
