import Codec
import Cryptography
import TestKit
import Testing

@testable import Receipts

/// What binds evidence of trusted hardware to an execution. Its appraisal is EvidenceTests' business.
@Suite struct TEECheckTests {
  private func tee(
    _ world: World, trust: TrustPolicy? = nil, appraise: @escaping BundleVerifier.Appraise = World.believing
  ) throws -> VerificationReport {
    try world.report(trust ?? World.trusting([.tdx]), appraise: appraise)
  }

  @Test func `bound evidence is appraised at the time when the execution began, and its check passes`() throws {
    let report = try tee(World().with(World.document()))
    #expect(report[.tee] == Check(.tee, .pass, "tdx at 1757000000, 1 kinds"))
    #expect(report.isAccepted, "\(report.checks)")
  }

  @Test func `evidence of another key, of no epoch, or of one that the execution lies outside of is refused and named`()
    throws
  {
    let began: UInt64 = 1_757_000_000_000
    let cases: [(String, (inout EvidenceDocument) throws -> Void)] = [
      ("did not sign the execution", { $0.keyID = SHA256.hash([9]) }),
      ("for somebody who asked", { $0.nonce = try EvidenceNonce(asked: Array(1...32)) }),
      ("outside the evidence's epoch", { $0.nonce = try EvidenceNonce(fromUnixMs: 1, toUnixMs: began) }),
      ("outside the evidence's epoch", { $0.nonce = try EvidenceNonce(fromUnixMs: began + 1, toUnixMs: began + 2) }),
    ]
    for (why, edit) in cases {
      let report = try tee(World().with(World.document(edit)))
      #expect(report.failed == [.tee] && report.detail(.tee).contains(why), "\(why): \(report.checks)")
    }
    // The first and the last millisecond count.
    for (from, to) in [(began, began + 1), (began - 5, began + 1)] {
      let document = try World.document { $0.nonce = try EvidenceNonce(fromUnixMs: from, toUnixMs: to) }
      #expect(try tee(World().with(document)).isAccepted)
    }
  }

  @Test func `other bytes than the execution names fail binding and tee, unnamed ones binding`() throws {
    var world = try World().with(World.document())
    world.evidence = try World.document { $0.evidence = [1] }.encoded()
    let other = try tee(world)
    #expect(other.failed == [.binding, .tee, .custody], "\(other.checks)")
    world = World()
    world.evidence = try World.document().encoded()
    #expect(try world.report().failed == [.binding, .custody])
    #expect(try world.report()[.tee]?.state == .notOffered)
  }

  @Test func `an unreadable document fails`() throws {
    var world = World()
    let bytes = Array("{}".utf8)
    world.execution = { $0.evidence = SHA256.hash(bytes) }
    world.evidence = bytes
    #expect(try tee(world).failed.contains(.tee))
  }

  @Test func `what is missing is not checked, and fails closed where it is required`() throws {
    var bare = try World().with(World.document())
    bare.evidence = nil
    let gone = try tee(bare)
    #expect(gone[.tee]?.state == .notChecked && gone.unmet == [.tee] && gone.failed == [], "\(gone.checks)")

    let world = try World().with(World.document())
    var silent = try World.trusting([.tdx])
    silent.tee = nil
    let unsaid = try tee(world, trust: silent)
    #expect(unsaid[.tee]?.state == .notChecked && unsaid.unmet == [.tee])
    let nobody = BundleVerifier(policy: try World.trusting([.tdx])).verify(try world.sealed().bundle.encoded())
    #expect(nobody[.tee]?.state == .notChecked && nobody.unmet == [.tee])
    let none = try tee(World())
    #expect(none[.tee]?.state == .notOffered && none.unmet == [.tee] && !none.isAccepted)
  }

  @Test func `a kind that the policy does not list fails, and what the appraisal says is the check`() throws {
    let world = try World().with(World.document())
    #expect(try tee(world, trust: World.trusting([.simulated, .nitro])).failed == [.tee])
    for state in [Check.State.fail, .notChecked] {
      let report = try tee(world) { _, _, _ in Check(.proof, state, "said") }
      #expect(report[.tee] == Check(.tee, state, "said") && !report.isAccepted)
    }
  }

  @Test func `every byte of the document in the bundle matters`() throws {
    let verifier = BundleVerifier(policy: try World.trust())
    let honest = try World().with(World.document()).sealed().bundle
    let bytes = try #require(honest.evidence)
    #expect(verifier.verify(try honest.encoded()).isAccepted)
    for at in TestSize.places(bytes.indices) {
      var bundle = honest
      bundle.evidence?[at] ^= UInt8(1 << (at % 8))
      #expect(verifier.verify(try bundle.encoded()).failed.contains(.binding), "byte \(at)")
    }
  }

  @Test func `a statement without evidence is the same bytes as before`() throws {
    let predicate = try World().sealed().statements[.execution]?.statement.predicate
    #expect(predicate?["evidence"] == nil)
    #expect(try Bundle(World().sealed().bundle.encoded()).evidence == nil)
    let named = try World().with(World.document()).sealed().bundle
    #expect(try Bundle(named.encoded()) == named)
  }
}
