import Cryptography
import Testing

@testable import MerkleLog

/// Every way in which a witness says no, and that it says yes to nothing else.
@Suite struct WitnessRulesTests {
  static let origin = "log.example/1"
  static let leaves = entries(40).map(TreeHash.leaf)

  static func signer(_ name: String = "log") throws -> NoteSigner { try NoteSigner(name: origin, key: key(name)) }

  static func checkpoint(_ size: Int, origin: String = origin, fork: Bool = false) throws -> Checkpoint {
    var tree = Array(leaves.prefix(size))
    if fork { tree[0] = TreeHash.leaf([0xff]) }
    return try Checkpoint(origin: origin, size: UInt64(size), root: MerkleTree.root(tree[...]))
  }

  static func request(_ old: Int, _ new: Int, fork: Bool = false, signedBy name: String = "log") throws
    -> AddCheckpointRequest
  {
    let path =
      old == 0 || old >= new
      ? [] : try ArrayReader(leaves: leaves).consistencyProof(old: UInt64(old), new: UInt64(new)).path
    return AddCheckpointRequest(
      old: UInt64(old), path: path, note: try checkpoint(new, fork: fork).signed(by: signer(name)))
  }

  static func judge(_ request: AddCheckpointRequest, last: Int?) throws(WitnessRefusal) -> Checkpoint {
    let log = try? WitnessedLog(origin: origin, key: signer().verifierKey)
    let checkpoint = try WitnessRules.authenticate(request) { $0 == origin ? log : nil }
    let head = last.map { (UInt64($0), MerkleTree.root(leaves.prefix($0))) }
    try WitnessRules.requireContinuation(request, checkpoint, of: head)
    return checkpoint
  }

  @Test func aTreeThatContinuesIsAccepted() throws {
    for old in 0...12 {
      for new in old...40 {
        #expect(try Self.judge(Self.request(old, new), last: old == 0 ? nil : old).size == UInt64(new))
      }
    }
    let empty = AddCheckpointRequest(old: 0, path: [], note: try Self.checkpoint(0).signed(by: Self.signer()))
    #expect(try Self.judge(empty, last: nil).size == 0)
  }

  @Test func anotherSizeThanTheLastOneIsAConflictThatNamesIt() throws {
    #expect(throws: WitnessRefusal.conflict(known: 7)) { try Self.judge(Self.request(5, 9), last: 7) }
    #expect(throws: WitnessRefusal.conflict(known: 7)) { try Self.judge(Self.request(0, 9), last: 7) }
    // The way back is one too, as the log says where it believes to be.
    #expect(throws: WitnessRefusal.conflict(known: 7)) { try Self.judge(Self.request(5, 5), last: 7) }
    #expect(throws: WitnessRefusal.conflict(known: 0)) { try Self.judge(Self.request(5, 9), last: nil) }
  }

  @Test func aForkIsInconsistent() throws {
    func expectInconsistent(_ request: AddCheckpointRequest, last: Int?) {
      let refusal = #expect(throws: WitnessRefusal.self) { try Self.judge(request, last: last) }
      guard case .inconsistent? = refusal else { return #expect(Bool(false), "\(String(describing: refusal))") }
    }
    expectInconsistent(try Self.request(7, 7, fork: true), last: 7)
    expectInconsistent(try Self.request(7, 9, fork: true), last: 7)
    let honest = try Self.request(7, 9)
    for at in honest.path.indices {
      var path = honest.path
      path[at] = TreeHash.empty
      expectInconsistent(AddCheckpointRequest(old: 7, path: path, note: honest.note), last: 7)
    }
    expectInconsistent(AddCheckpointRequest(old: 7, path: [], note: honest.note), last: 7)
    expectInconsistent(
      AddCheckpointRequest(old: 7, path: honest.path + [TreeHash.empty], note: honest.note), last: 7)
    // A proof where there is nothing to prove.
    expectInconsistent(
      AddCheckpointRequest(old: 0, path: [TreeHash.empty], note: try Self.request(0, 9).note), last: nil)
    expectInconsistent(
      AddCheckpointRequest(old: 7, path: [TreeHash.empty], note: try Self.request(7, 7).note), last: 7)
  }

  @Test func whatTheLogDidNotSignIsNotLookedAt() throws {
    func refusal(_ request: AddCheckpointRequest) -> WitnessRefusal? {
      #expect(throws: WitnessRefusal.self) { try Self.judge(request, last: nil) }
    }
    for request in [
      try Self.request(0, 9, signedBy: "stranger"),
      AddCheckpointRequest(
        old: 0, path: [],
        note: try SignedNote(
          text: Self.checkpoint(9).text, signatures: Self.checkpoint(8).signed(by: Self.signer()).signatures)),
      AddCheckpointRequest(
        old: 0, path: [],
        note: try SignedNote(
          text: Self.checkpoint(9).text,
          signatures: [Cosigner(name: Self.origin, key: key("log")).cosign(Self.checkpoint(9), timeSeconds: 1)])),
    ] {
      guard case .notSigned? = refusal(request) else { return #expect(Bool(false)) }
    }
    let other = try Self.checkpoint(9, origin: "log.example/2").signed(by: Self.signer())
    #expect(refusal(AddCheckpointRequest(old: 0, path: [], note: other)) == .unknownOrigin("log.example/2"))
    #expect(refusal(try Self.request(10, 9)) == .oldBeyondNew(old: 10, new: 9))
  }

  @Test func linesByStrangersArePassedOver() throws {
    let honest = try Self.request(0, 9)
    let line = try CheckpointTests.witness(1).cosign(Checkpoint(text: honest.note.text), timeSeconds: 3)
    let request = AddCheckpointRequest(old: 0, path: [], note: try honest.note.adding(line))
    #expect(try Self.judge(request, last: nil).size == 9)
  }

  @Test func aSizeBeyondTheDatabaseIsRefused() throws {
    let checkpoint = try Checkpoint(origin: Self.origin, size: 1 << 63, root: TreeHash.leaf([1]))
    let request = AddCheckpointRequest(old: 0, path: [], note: try checkpoint.signed(by: Self.signer()))
    #expect(throws: WitnessRefusal.self) { try Self.judge(request, last: nil) }
  }
}
