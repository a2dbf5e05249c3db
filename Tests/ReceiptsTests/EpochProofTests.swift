import Codec
import Cryptography
import MerkleLog
import Testing

@testable import Receipts

/// A receipt in an epoch of the log, honest unless a test edits it.
@Suite struct EpochProofTests {
  private static let index: UInt64 = 3

  /// The proof and the receipt it is about. The orchestrator's key signs both.
  private func made(
    signer: String = World.issuer(.receipt), _ edit: (inout World) throws -> Void = { _ in },
    epoch change: (inout EpochPredicate) -> Void = { _ in }
  ) throws -> (proof: EpochProof, receipt: SignedStatement) {
    var world = World()
    world.signers[.epoch] = try World.key(signer)
    world.issuers[.epoch] = World.issuer(.receipt)
    try edit(&world)
    let receipt = try #require(world.sealed().statements[.receipt])
    let digests = [SHA256.hash([1]), receipt.digest, SHA256.hash([2])]
    let keyID = COSEKey(try World.key(World.issuer(.receipt)).publicKey).thumbprint
    var epoch = try #require(EpochPredicate(keyID: keyID, first: 40, receipts: digests))
    change(&epoch)
    let signed = try world.sign(.epoch, epoch.subject, epoch.digest(), epoch.json)
    var log = TestTree([])
    log.put(signed.digest, at: Int(Self.index))
    log.put(SHA256.hash([3]), at: 5)
    let path = try #require(EpochPredicate.path(to: 41, first: 40, receipts: digests))
    let proof = EpochProof(
      receiptID: World.id, sequence: 41, receipt: receipt.digest, path: path, epoch: signed.bytes,
      tlogProof: String(decoding: try log.proof(Int(Self.index)).encoded, as: UTF8.self))
    return (proof, receipt)
  }

  private static func trust(
    kinds: Set<StatementKind> = [.receipt, .epoch], from: UInt64 = 0, to: UInt64? = nil, issuer: String? = nil
  ) throws -> TrustPolicy {
    var trust = try World.trust()
    trust.issuers = trust.issuers.map {
      guard $0.kinds == [.receipt] else { return $0 }
      return .init(issuer: issuer ?? $0.issuer, key: $0.key, kinds: kinds, fromIndex: from, toIndex: to)
    }
    return trust
  }

  /// The same proof with some of it replaced.
  private func with(
    _ proof: EpochProof, sequence: UInt64? = nil, receipt: Digest32? = nil, path: [Digest32]? = nil,
    epoch: [UInt8]? = nil
  ) -> EpochProof {
    EpochProof(
      receiptID: proof.receiptID, sequence: sequence ?? proof.sequence, receipt: receipt ?? proof.receipt,
      path: path ?? proof.path, epoch: epoch ?? proof.epoch, tlogProof: proof.tlogProof)
  }

  private func refused(
    _ text: String, _ work: () throws -> Void, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    do {
      try work()
      Issue.record("the proof was taken", sourceLocation: sourceLocation)
    } catch { #expect("\(error)".contains(text), "\(error)", sourceLocation: sourceLocation) }
  }

  @Test func `a receipt is proved to be in its epoch, while the key is good`() throws {
    let (proof, receipt) = try made()
    for trust in [try Self.trust(), try Self.trust(from: Self.index, to: Self.index)] {
      let found = try proof.verify(receipt, policy: trust)
      #expect(found.index == Self.index && found.epoch.first == 40 && found.epoch.last == 42)
    }
    for trust in [try Self.trust(from: Self.index + 1), try Self.trust(to: Self.index - 1)] {
      refused("at which its key is not good") { _ = try proof.verify(receipt, policy: trust) }
    }
    #expect(try EpochProof(proof.json.serialized()) == proof)
  }

  @Test func `another receipt, number, path or statement is refused`() throws {
    let (proof, receipt) = try made()
    let trust = try Self.trust()
    let custody = try #require(World().sealed().statements[.custody])
    refused("is not the receipt at hand") {
      _ = try with(proof, receipt: custody.digest).verify(custody, policy: trust)
    }
    refused("is not the receipt at hand") {
      _ = try with(proof, receipt: custody.digest).verify(receipt, policy: trust)
    }
    refused("is not the receipt's own") { _ = try with(proof, sequence: 42).verify(receipt, policy: trust) }
    refused("of kind receipt") { _ = try with(proof, epoch: receipt.bytes).verify(receipt, policy: trust) }
    #expect(throws: (any Error).self) {
      try with(proof, path: Array(proof.path.reversed())).verify(receipt, policy: trust)
    }
  }

  @Test func `an epoch by a key that may not, that signed another's receipt, or under another name is refused`() throws
  {
    let (proof, receipt) = try made()
    let trust = try Self.trust()
    let unlisted = "is not by a key that the policy lists"
    refused(unlisted) { _ = try proof.verify(receipt, policy: Self.trust(kinds: [.receipt])) }
    refused(unlisted) { _ = try proof.verify(receipt, policy: Self.trust(issuer: "https://example.org/other")) }
    var forged = proof.epoch
    forged[forged.count - 1] ^= 1
    refused(unlisted) { _ = try with(proof, epoch: forged).verify(receipt, policy: trust) }
    let (nobody, theirs) = try made(signer: "nobody")
    refused(unlisted) { _ = try nobody.verify(theirs, policy: trust) }
    let other = "is not the key that signed both"
    let (renamed, first) = try made { _ in
    } epoch: {
      $0.keyID = SHA256.hash([9])
    }
    refused(other) { _ = try renamed.verify(first, policy: trust) }
    let (foreign, second) = try made { $0.signers[.receipt] = try World.key("another orchestrator") }
    refused(other) { _ = try foreign.verify(second, policy: trust) }
    for edit in [
      { $0.frame = { if $0.kind == .epoch { $0.subject = "epoch/41" } } },
      { $0.frame = { if $0.kind == .epoch { $0.subjectDigest = SHA256.hash([9]) } } },
    ] as [(inout World) -> Void] {
      let (lie, third) = try made(edit)
      refused("under another subject") { _ = try lie.verify(third, policy: trust) }
    }
    let (short, fourth) = try made { _ in
    } epoch: {
      $0.last = 40
    }
    #expect(throws: (any Error).self) { try short.verify(fourth, policy: trust) }
  }
}
