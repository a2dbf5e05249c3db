import Cryptography
import Testing

@testable import MerkleLog

@Suite struct ForkProofTests {
  let signer: NoteSigner
  let policy: CheckpointPolicy

  init() throws {
    signer = try NoteSigner(name: "log.example/fork", key: SigningKey(seed: [UInt8](repeating: 7, count: 32)))
    policy = try CheckpointPolicy(origin: "log.example/fork", logKey: signer.verifierKey)
  }

  /// The leaves of one history: they part from another's at `fork`.
  func leaves(_ count: Int, fork: Int, branch: UInt8) -> [Digest32] {
    (0..<count).map { TreeHash.leaf([$0 < fork ? 0 : branch, UInt8($0)]) }
  }

  func note(_ leaves: [Digest32]) throws -> SignedNote {
    try Checkpoint(origin: "log.example/fork", size: UInt64(leaves.count), root: MerkleTree.root(leaves[...]))
      .signed(by: signer)
  }

  func proof(_ old: [Digest32], _ new: [Digest32]) throws -> ForkProof {
    ForkProof(
      older: try note(old), newer: try note(new), root: MerkleTree.root(new.prefix(old.count)),
      path: old.count == new.count ? [] : MerkleTree.consistencyPath(old.count, new[...]) ?? [])
  }

  @Test(arguments: [(5, 5), (5, 9), (8, 13), (1, 2), (7, 8)])
  func `Two signed histories are a fork, whatever their sizes, and stay one as a file`(old: Int, new: Int) throws {
    let fork = try proof(leaves(old, fork: old - 1, branch: 1), leaves(new, fork: old - 1, branch: 2))
    try fork.verify(policy: policy)
    let read = try ForkProof(parsing: fork.encoded)
    #expect(read == fork)
    try read.verify(policy: policy)
  }

  @Test(arguments: [(5, 5), (5, 9), (8, 13), (1, 2)])
  func `One history is no fork`(old: Int, new: Int) throws {
    let honest = try proof(leaves(old, fork: 99, branch: 1), leaves(new, fork: 99, branch: 1))
    #expect(throws: ForkProofError.consistent(old: UInt64(old), new: UInt64(new))) {
      try honest.verify(policy: policy)
    }
  }

  @Test func `A root or a path that does not lead to the newer checkpoint shows nothing`() throws {
    let fork = try proof(leaves(5, fork: 3, branch: 1), leaves(9, fork: 3, branch: 2))
    let other = TreeHash.leaf([9])
    #expect(throws: ProofError.self) {
      try ForkProof(older: fork.older, newer: fork.newer, root: other, path: fork.path).verify(policy: policy)
    }
    #expect(throws: ProofError.self) {
      try ForkProof(older: fork.older, newer: fork.newer, root: fork.root, path: fork.path.dropLast())
        .verify(policy: policy)
    }
    #expect(throws: ProofError.self) {
      try ForkProof(older: fork.newer, newer: fork.older, root: fork.root, path: fork.path).verify(policy: policy)
    }
  }

  @Test func `A checkpoint by another key or of another log accuses nobody`() throws {
    let fork = try proof(leaves(5, fork: 3, branch: 1), leaves(9, fork: 3, branch: 2))
    let stranger = try NoteSigner(name: "log.example/fork", key: SigningKey(seed: [UInt8](repeating: 8, count: 32)))
    let forged = try Checkpoint(text: fork.older.text).signed(by: stranger)
    #expect(throws: CheckpointError.self) {
      try ForkProof(older: forged, newer: fork.newer, root: fork.root, path: fork.path).verify(policy: policy)
    }
    let other = try CheckpointPolicy(origin: "log.example/other", logKey: signer.verifierKey)
    #expect(throws: CheckpointError.self) { try fork.verify(policy: other) }
  }

  @Test(arguments: ["", "{}", "[]", #"{"type":"urn:colophon:log-fork:v1"}"#, #"{"type":"x","older":"","newer":""}"#])
  func `What is no proof is refused as such`(text: String) {
    #expect(throws: ForkProofError.self) { try ForkProof(parsing: Array(text.utf8)) }
  }
}
