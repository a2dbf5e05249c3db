import Codec
import Cryptography
import MerkleLog
import Testing

@testable import Receipts

/// What the log has by itself about a receipt's verification, honest unless a test edits it.
///
/// The log: genesis, draw 0, manifest, policy, receipt (index 4), another's, draw 1 (the epoch's last, index 6), reveal 0,
/// the verdict (index 8), and `tail` entries of others.
struct Registered: Sendable {
  /// What is about verification, of all that a bundle carries so.
  static let kinds: Set<StatementKind> = [.verdict, .draw, .reveal]
  static let receiptIndex = 4
  static let lastIndex = 6
  static let revealIndex = 7
  static let verdictIndex = 8

  var policy = VerificationPolicy.sample(basisPoints: 10_000)
  /// Kinds that the bundle carries.
  var present: Set<StatementKind> = [.verdict, .draw, .reveal]
  var within: UInt64 = 10
  var tail = 0
  var seed = SHA256.hash([0x5E]).bytes
  /// Size of the tree whose root goes into the draw.
  var checkpointSize = 7
  var draw: World.Edit<DrawPredicate> = { _ in }
  var reveal: World.Edit<RevealPredicate> = { _ in }
  var verdict: World.Edit<VerdictPredicate> = { _ in }
  /// Where the proofs say that the statements are.
  var places: [StatementKind: Int] = [:]
  /// How many witnesses cosigned the tree of each proof.
  var witnesses: [StatementKind: Int] = [:]

  /// A bundle of `world` whose receipt states the policy and binds no verdict.
  func bundle(_ world: World = World()) throws -> Bundle {
    var world = world
    let edit = world.receipt
    world.absent.insert(.verdict)
    world.receipt = { [policy] receipt in
      receipt.statements?.verdict = nil
      receipt.verification = policy == .always ? nil : policy
      edit(&receipt)
    }
    var bundle = try world.sealed().bundle
    let receipt = try SignedStatement(try #require(bundle.statements[.receipt]))
    let execution = try SignedStatement(try #require(bundle.statements[.execution]))

    var drawn = DrawPredicate(number: 0, seed: Draw.commitment(to: seed), within: within)
    draw(&drawn)
    let first = try world.sign(.draw, drawn.subject, drawn.digest(), drawn.json)
    var log = TestTree([])
    for place in 0..<Self.revealIndex { log.entries.append(SHA256.hash([UInt8(place)])) }
    log.put(first.digest, at: places[.draw] ?? 1)
    log.put(receipt.digest, at: Self.receiptIndex)
    var shown = RevealPredicate(
      number: 0, draw: first.digest, last: UInt64(Self.lastIndex), seed: seed,
      checkpoint: String(decoding: try log.note(checkpointSize).encoded, as: UTF8.self))
    reveal(&shown)
    let second = try world.sign(.reveal, shown.subject, shown.digest(), shown.json)
    var judged = VerdictPredicate(
      receiptID: World.id, profile: "exact/1", execution: execution.digest, result: .pass,
      positions: World.tokens.count)
    verdict(&judged)
    let third = try world.sign(.verdict, World.id.description, receipt.digest, judged.json)
    log.put(second.digest, at: places[.reveal] ?? Self.revealIndex)
    log.put(third.digest, at: places[.verdict] ?? Self.verdictIndex)
    for place in 0..<tail { log.entries.append(SHA256.hash([9, UInt8(place)])) }

    bundle.tlogProof = try log.proof(Self.receiptIndex, witnesses: witnesses[.receipt] ?? 0).encoded
    bundle.coseReceipt = try log.coseReceipt(Self.receiptIndex).bytes
    bundle.asOf = UInt64(log.entries.count)
    for (kind, statement) in [(StatementKind.draw, first), (.reveal, second), (.verdict, third)]
    where present.contains(kind) {
      let index = try #require(log.entries.firstIndex(of: statement.digest))
      bundle.registered[kind] = RegisteredStatement(
        statement: statement.bytes, tlogProof: try log.proof(index, witnesses: witnesses[kind] ?? 0).encoded)
    }
    return bundle
  }

  func report(_ world: World = World(), _ trust: TrustPolicy? = nil) throws -> VerificationReport {
    BundleVerifier(policy: try trust ?? Self.trust()).verify(try bundle(world).encoded())
  }

  /// The world's policy, whose verification may also draw.
  static func trust() throws -> TrustPolicy {
    var trust = try World.trust()
    trust.issuers = trust.issuers.map { issuer in
      guard issuer.kinds == [.verdict] else { return issuer }
      return .init(issuer: issuer.issuer, key: issuer.key, kinds: [.verdict, .draw, .reveal])
    }
    return trust
  }
}

/// A log in memory.
struct TestTree {
  var entries: [Digest32]

  init(_ entries: [Digest32]) { self.entries = entries }

  mutating func put(_ entry: Digest32, at place: Int) {
    while entries.count <= place { entries.append(SHA256.hash([8, UInt8(entries.count)])) }
    entries[place] = entry
  }

  private func leaves(_ size: Int) -> ArraySlice<Digest32> { entries.prefix(size).map { TreeHash.leaf($0.bytes) }[...] }

  func note(_ size: Int, witnesses: Int = 0) throws -> SignedNote {
    let checkpoint = try Checkpoint(origin: World.origin, size: UInt64(size), root: MerkleTree.root(leaves(size)))
    var note = try checkpoint.signed(by: NoteSigner(name: World.origin, key: World.key("checkpoint")))
    for witness in 0..<witnesses {
      note = try note.adding(World.witness(witness).cosign(checkpoint, timeSeconds: 1_757_000_010))
    }
    return note
  }

  private func path(_ index: Int) throws -> [Digest32] {
    try #require(MerkleTree.inclusionPath(index, leaves(entries.count)))
  }

  func proof(_ index: Int, witnesses: Int = 0) throws -> TlogProof {
    try TlogProof(index: UInt64(index), path: path(index), note: note(entries.count, witnesses: witnesses))
  }

  func coseReceipt(_ index: Int) throws -> COSEReceipt {
    try COSEReceipt(
      proof: InclusionProof(index: UInt64(index), size: UInt64(entries.count), path: path(index)),
      root: MerkleTree.root(leaves(entries.count)), issuer: "https://example.org/log",
      subject: World.id.description, issuedAt: World.issuedAt, key: World.key("log receipt"))
  }
}
