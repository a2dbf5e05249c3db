internal import Cryptography
internal import MerkleLog

/// A statement of the bundle that is in the log, and the tree that has it.
struct Proven {
  /// What is proven, for people.
  let of: String
  let found: VerifiedInclusion

  init(of: String, _ found: VerifiedInclusion) {
    self.of = of
    self.found = found
  }

  /// How many witnesses cosigned the tree.
  var witnesses: Int { found.head.cosignatures.count }
}

extension BundleVerifier {
  /// The part of `inclusion` that holds the proofs of a bundle against each other: a log has one tree of each size and one
  /// entry at each index, and a fork has others, each good by itself.
  func requireOneLog(_ proven: [Proven], _ revealed: Checkpoint?) throws {
    var trees = proven.map { (of: $0.of, checkpoint: $0.found.checkpoint) }
    if let revealed { trees.append((of: "reveal's checkpoint", checkpoint: revealed)) }
    var roots: [UInt64: Digest32] = [:]
    for (name, checkpoint) in trees {
      let root = roots[checkpoint.size] ?? checkpoint.root
      guard root == checkpoint.root else {
        throw Refusal("\(name): the log has two trees of size \(checkpoint.size), so it is forked")
      }
      roots[checkpoint.size] = root
    }
    var names: [UInt64: String] = [:]
    for statement in proven {
      if let other = names.updateValue(statement.of, forKey: statement.found.index) {
        throw Refusal("\(statement.of): has the index of the \(other), \(statement.found.index), so the log is forked")
      }
    }
  }
}
