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

  static let result = AttestationResult(
    time: 1_757_000_000, developer: "urn:colophon", build: "evidence/1", kind: "tdx", status: .affirming,
    trustworthiness: .init(instanceIdentity: 2, configuration: 2, executables: -128, hardware: 127))

  @Test func `what a verdict makes of the evidence is told, and is of the evidence that the execution names`() throws {
    let document = try World.document()
    func judged(_ evidence: Digest32?, in world: World) throws -> VerificationReport {
      var world = world
      world.verdict = { $0.appraisal = evidence.map { .init(evidence: $0, result: Self.result) } }
      return try tee(world)
    }
    let named = SHA256.hash(try document.encoded())
    let report = try judged(named, in: World().with(document))
    #expect(report.isAccepted && report.detail(.reexecution).hasSuffix("equal; it calls the tdx evidence affirming"))
    #expect(try !judged(nil, in: World().with(document)).detail(.reexecution).contains("evidence"))
    #expect(try judged(SHA256.hash([1]), in: World().with(document)).failed == [.binding])
    #expect(try judged(named, in: World()).failed == [.binding])
  }

  private static func verdict(_ edit: (inout AttestationResult) -> Void = { _ in }) -> VerdictPredicate {
    var result = result
    edit(&result)
    return VerdictPredicate(
      receiptID: World.id, profile: "exact/1", execution: SHA256.hash([1]), result: .pass, positions: 3,
      appraisal: .init(evidence: SHA256.hash([2]), result: result))
  }

  @Test func `an attestation result reads back, up to its limits`() throws {
    var verdicts = AttestationResult.Status.allCases.map { status in Self.verdict { $0.status = status } }
    verdicts += EvidenceDocument.Kind.allCases.map { kind in Self.verdict { $0.kind = kind.rawValue } }
    for length in [1, 256] {
      verdicts.append(Self.verdict { $0.developer = String(repeating: "d", count: length) })
      verdicts.append(Self.verdict { $0.build = String(repeating: "b", count: length) })
    }
    for verdict in verdicts { #expect(try VerdictPredicate(verdict.json) == verdict) }
    let beyond: [(inout AttestationResult) -> Void] = [
      { $0.time = -1 }, { $0.developer = "" }, { $0.build = "" }, { $0.kind = "sgx" },
      { $0.developer = String(repeating: "d", count: 257) }, { $0.build = String(repeating: "b", count: 257) },
      { $0.trustworthiness.instanceIdentity = 128 }, { $0.trustworthiness.configuration = -129 },
      { $0.trustworthiness.executables = 1 << 40 }, { $0.trustworthiness.hardware = 128 },
    ]
    for edit in beyond { #expect(throws: ReceiptError.self) { try VerdictPredicate(Self.verdict(edit).json) } }
  }

  @Test func `an attestation result of another shape is refused`() throws {
    let text = String(decoding: try JCS.encode(Self.verdict().json), as: UTF8.self)
    let module = String(
      decoding: try JCS.encode(try #require(Self.result.json["submods"]?["tdx"])), as: UTF8.self)
    let one = #""submods":{"tdx":\#(module)}"#
    for (word, other) in [
      ("rats/ear#04", "rats/ear#05"), (#""affirming""#, #""fine""#), (#""iat":"#, #""jti":1,"iat":"#),
      (#""developer":"#, #""developers":"#), (#""build":"#, #""hash":"x","build":"#),
      (#""ear_status":"#, #""ear_raw":1,"ear_status":"#), (#""hardware":127"#, #""hardware":127,"runtime":2"#),
      (#""hardware":127"#, #""hardware":"127""#), (#""evidence":"#, #""more":1,"evidence":"#),
      (one, #""submods":{}"#), (one, #""submods":{"nitro":\#(module),"tdx":\#(module)}"#), (one, #""submods":[]"#),
    ] {
      let changed = text.replacing(word, with: other, maxReplacements: 1)
      #expect(!changed.utf8.elementsEqual(text.utf8), "\(word)")
      #expect(throws: ReceiptError.self, "\(other)") { try VerdictPredicate(JSON(parsing: Array(changed.utf8))) }
    }
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
