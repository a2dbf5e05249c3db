import Cryptography
import MerkleLog
import Testing

@Suite struct ChunkTreeTests {
  func leaves(_ count: Int) -> [Digest32] { (0..<count).map { TreeHash.leaf([UInt8($0)]) } }

  @Test func `Root and proofs are those of RFC 9162, for every number of chunks`() throws {
    for count in 0...33 {
      let leaves = leaves(count)
      let tree = try #require(ChunkTree(bytes: UInt64(count * ChunkTree.chunkBytes), leaves: leaves))
      #expect(tree.root == MerkleTree.root(leaves[...]))
      for index in 0..<count {
        let proof = try tree.proof(chunk: UInt64(index))
        #expect(proof.path == MerkleTree.inclusionPath(index, leaves[...]))
        try proof.verify(leafHash: leaves[index], root: tree.root)
      }
      #expect(throws: TreeError.self) { try tree.proof(chunk: UInt64(count)) }
    }
  }

  @Test func `A blob has as many chunks as its bytes need, and no other number`() {
    let chunk = UInt64(ChunkTree.chunkBytes)
    for (bytes, count) in [(0, 0), (1, 1), (chunk, 1), (chunk + 1, 2), (5 * chunk - 1, 5)] as [(UInt64, Int)] {
      #expect(ChunkTree.count(bytes: bytes) == count)
      #expect(ChunkTree(bytes: bytes, leaves: leaves(count)) != nil)
      #expect(ChunkTree(bytes: bytes, leaves: leaves(count + 1)) == nil)
      if count > 0 { #expect(ChunkTree(bytes: bytes, leaves: leaves(count - 1)) == nil) }
    }
  }

  @Test func `Bytes at hand are cut into chunks, the last one short`() {
    var blob = [UInt8](repeating: 7, count: 2 * ChunkTree.chunkBytes + 3)
    let tree = ChunkTree(of: blob)
    #expect(
      tree.leaves == [
        TreeHash.leaf(Array(blob[..<(1 << 20)])), TreeHash.leaf(Array(blob[(1 << 20)..<(2 << 20)])),
        TreeHash.leaf([7, 7, 7]),
      ])
    blob[blob.count - 1] ^= 1
    #expect(ChunkTree(of: blob).root != tree.root)
    #expect(ChunkTree(of: []).root == TreeHash.empty)
  }
}
