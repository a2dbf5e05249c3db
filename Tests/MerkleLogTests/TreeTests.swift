import Cryptography
import Foundation
import Testing

@testable import MerkleLog

@Suite struct TreeTests {
  struct File: Decodable {
    struct Inclusion: Decodable {
      let size: UInt64
      let index: UInt64
      let path: [String]
    }
    struct Consistency: Decodable {
      let old: UInt64
      let new: UInt64
      let path: [String]
    }
    let leaves: [String]
    let roots: [String]
    let inclusion: [Inclusion]
    let consistency: [Consistency]
  }

  static func file() throws -> (File, [Digest32]) {
    let file = try JSONDecoder().decode(File.self, from: Data(Vectors.bytes("rfc6962_8leaves.json")))
    return (file, try file.leaves.map { TreeHash.leaf(try #require(Hex.decode($0))) })
  }

  @Test func theReferenceRootsComeOut() throws {
    let (file, leaves) = try Self.file()
    #expect(file.roots.count == 9)
    for (size, root) in file.roots.enumerated() {
      #expect(MerkleTree.root(leaves.prefix(size)).hex == root)
      #expect(try ArrayReader(leaves: leaves).root(size: UInt64(size)).hex == root)
    }
  }

  @Test func theReferenceInclusionProofsComeOutAndVerify() throws {
    let (file, leaves) = try Self.file()
    #expect(file.inclusion.count == 36)
    for vector in file.inclusion {
      let proof = try ArrayReader(leaves: leaves).inclusionProof(index: vector.index, size: vector.size)
      #expect(proof.path.map(\.hex) == vector.path)
      try proof.verify(leafHash: leaves[Int(vector.index)], root: Digest32(hex: file.roots[Int(vector.size)]))
    }
  }

  @Test func theReferenceConsistencyProofsComeOutAndVerify() throws {
    let (file, leaves) = try Self.file()
    #expect(file.consistency.count >= 28)
    for vector in file.consistency {
      let proof = try ArrayReader(leaves: leaves).consistencyProof(old: vector.old, new: vector.new)
      #expect(proof.path.map(\.hex) == vector.path)
      try proof.verify(
        oldRoot: Digest32(hex: file.roots[Int(vector.old)]), newRoot: Digest32(hex: file.roots[Int(vector.new)]))
    }
  }

  @Test func aFrontierHasTheRootOfTheDefinitionAtEverySize() throws {
    let leaves = leaves(600)
    var frontier = Frontier()
    for size in 0...600 {
      #expect(frontier.size == UInt64(size))
      #expect(frontier.root == MerkleTree.root(leaves.prefix(size)))
      #expect(frontier.hashes.count == size.nonzeroBitCount)
      #expect(try Frontier(size: frontier.size, hashes: frontier.hashes) == frontier)
      if size < 600 { try frontier.append(leaves[size]) }
    }
  }

  @Test func aFrontierIsReadBackFromStoredHashes() throws {
    let reader = ArrayReader(leaves: leaves(77))
    var frontier = try Frontier(size: 70, reader: reader)
    for leaf in reader.leaves[70...] { try frontier.append(leaf) }
    #expect(frontier.root == MerkleTree.root(reader.leaves[...]))
  }

  @Test func aFrontierOfTheWrongNumberOfHashesIsRefused() {
    #expect(throws: TreeError.frontierCount(expected: 2, actual: 1, size: 5)) {
      try Frontier(size: 5, hashes: [TreeHash.empty])
    }
  }

  @Test func aFullTreeTakesNoMoreLeavesAndStaysAsItIs() throws {
    var frontier = try Frontier(size: .max, reader: UniformReader())
    let before = frontier
    #expect(throws: TreeError.full) { try frontier.append(UniformReader.leaf) }
    #expect(frontier == before)
    var oneLess = try Frontier(size: .max - 1, reader: UniformReader())
    try oneLess.append(UniformReader.leaf)
    #expect(oneLess == before)
  }

  @Test func coordinatesBeyondTheLargestTreeAreRefused() {
    #expect(throws: TreeError.self) { try NodeCoordinate(level: 64, index: 0) }
    #expect(throws: TreeError.self) { try NodeCoordinate(level: -1, index: 0) }
    #expect(throws: TreeError.self) { try NodeCoordinate(level: 63, index: 2) }
    #expect(throws: TreeError.self) { try NodeCoordinate(level: 1, index: 1 << 63) }
    #expect(throws: Never.self) { try NodeCoordinate(level: 63, index: 1) }
    #expect(throws: Never.self) { try NodeCoordinate(level: 0, index: .max) }
  }

  @Test func aReaderThatAnswersWithAnotherCountIsRefused() {
    struct ShortReader: HashReader {
      func hashes(at coordinates: [NodeCoordinate]) throws -> [Digest32] { [TreeHash.empty] }
    }
    #expect(throws: TreeError.readerCount(expected: 3, actual: 1)) {
      try ShortReader().inclusionProof(index: 0, size: 8)
    }
  }
}
