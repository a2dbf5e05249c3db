import Codec
import Cryptography
import MerkleLog
import RPC
import Receipts
import Synchronization
import Wire

/// A real log in memory: real tree, real signatures, no disk.
final class FakeLog: Sendable {
  let origin = "log.example/orchestrator-tests"
  let key: SigningKey
  let receiptKey: SigningKey
  let signer: NoteSigner
  private let entries = Mutex<[[UInt8]]>([])

  init() throws {
    key = try .generate()
    receiptKey = try .generate()
    signer = try NoteSigner(name: origin, key: key)
    let genesis = SHA256.hash(try CBOR.map([CBORPair("genesis", .text(origin))]).encoded())
    entries.withLock { $0 = [genesis.bytes] }
  }

  var count: Int { entries.withLock { $0.count } }

  /// How many of the entries are this statement.
  func occurrences(of digest: Digest32) -> Int { entries.withLock { $0.filter { $0 == digest.bytes }.count } }

  /// Forgets the newest entries, as a restored backup does.
  func rollBack(to count: Int) { entries.withLock { $0.removeLast($0.count - count) } }

  /// Puts other entries in place of all but the genesis.
  func rewrite() throws {
    let other = try SecureRandom.bytes(32)
    entries.withLock { entries in for at in 1..<entries.count { entries[at] = other } }
  }

  func append(_ statement: [UInt8]) throws -> Inclusion {
    let digest = SHA256.hash(statement).bytes
    let index = entries.withLock { entries -> Int in
      if let known = entries.firstIndex(of: digest) { return known }
      entries.append(digest)
      return entries.count - 1
    }
    return try inclusion(index, statement)
  }

  func inclusion(of digest: [UInt8]) throws -> Inclusion {
    guard let index = entries.withLock({ $0.firstIndex(of: digest) }) else {
      throw RPCError(.notFound, "no such entry")
    }
    return try inclusion(index, nil)
  }

  private func inclusion(_ index: Int, _ statement: [UInt8]?) throws -> Inclusion {
    let leaves = entries.withLock { $0.map { TreeHash.leaf($0) } }
    let subject = subjects.withLock { subjects in
      if let statement, let signed = try? SignedStatement(statement) { subjects[index] = signed.statement.subject }
      return subjects[index] ?? "?"
    }
    let head = try Checkpoint(origin: origin, size: UInt64(leaves.count), root: MerkleTree.root(leaves[...]))
    let proof = InclusionProof(
      index: UInt64(index), size: head.size, path: MerkleTree.inclusionPath(index, leaves[...]) ?? [])
    let receipt = try COSEReceipt(
      proof: proof, root: head.root, issuer: "https://log.example", subject: subject, issuedAt: 1, key: receiptKey)
    let note = try head.signed(by: signer)
    let tlog = try TlogProof(index: proof.index, path: proof.path, note: note)
    return Inclusion(
      index: proof.index, treeSize: head.size, root: head.root.bytes, coseReceipt: receipt.bytes,
      tlogProof: String(decoding: tlog.encoded, as: UTF8.self))
  }

  private let subjects = Mutex<[Int: String]>([:])

  func checkpoint() throws -> String {
    let leaves = entries.withLock { $0.map { TreeHash.leaf($0) } }
    let head = try Checkpoint(origin: origin, size: UInt64(leaves.count), root: MerkleTree.root(leaves[...]))
    return String(decoding: try head.signed(by: signer).encoded, as: UTF8.self)
  }

  func consistency(old: UInt64, new: UInt64) -> Consistency {
    let leaves = entries.withLock { $0.prefix(Int(new)).map { TreeHash.leaf($0) } }
    let path = old == new ? [] : MerkleTree.consistencyPath(Int(old), leaves[...]) ?? []
    return Consistency(oldSize: old, newSize: new, path: path.map(\.bytes))
  }

  var keys: LogKeys {
    LogKeys(
      origin: origin, checkpointVkey: signer.verifierKey.description, receiptKey: receiptKey.publicKey.raw,
      receiptIssuer: "https://log.example")
  }
}
