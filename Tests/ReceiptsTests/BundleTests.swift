import Codec
import Cryptography
import Testing

@testable import Receipts

@Suite struct BundleTests {
  @Test func `the honest bundle passes every check that is offered`() throws {
    let report = try World().report()
    #expect(report.isAccepted)
    #expect(report.checks.map(\.name) == Check.Name.allCases)
    for check in report.checks {
      let offered = ![.witnesses, .time, .tee, .proof].contains(check.name)
      #expect(check.state == (offered ? .pass : .notOffered), "\(check)")
    }
  }

  @Test func `a streamed answer passes with its chain`() throws {
    var world = World()
    world.streamed = true
    let report = try world.report(ownResponse: Array(World.text.utf8))
    #expect(report.isAccepted, "\(report.checks)")
  }

  @Test func `witnesses and their time bound pass when a quorum cosigned, and are missed when it did not`() throws {
    var world = World()
    world.witnesses = 2
    let report = try world.report(World.trust(witnesses: 2, quorum: 2))
    #expect(report[.witnesses]?.state == .pass && report[.time]?.state == .pass && report.isAccepted)
    #expect(report.detail(.time).contains("1757000011"))
    world.witnesses = 1
    let short = try world.report(World.trust(witnesses: 2, quorum: 2))
    #expect(short[.inclusion]?.state == .pass && short[.witnesses]?.state == .notChecked)
    #expect(short[.time]?.state == .notOffered && short.unmet == [.witnesses] && !short.isAccepted)
    world.witnesses = 0
    let none = try world.report(World.trust(witnesses: 2, quorum: 0))
    #expect(none[.witnesses]?.state == .notChecked && none[.time]?.state == .notOffered)
  }

  @Test func `a cosignature by a key outside the policy is refused, as nothing authenticates it`() throws {
    var world = World()
    world.witnesses = 1
    #expect(try world.report().failed == [.inclusion])
  }

  @Test func `the bundle and the policy read back as they were written`() throws {
    let bundle = try World().sealed().bundle
    #expect(try Bundle(bundle.encoded()) == bundle)
    var trust = try World.trust(witnesses: 2, quorum: 1)
    trust.issuers[0] = TrustPolicy.Issuer(
      issuer: "https://example.org/inference", key: trust.issuers[0].key, kinds: [.execution], fromIndex: 3, toIndex: 9)
    trust.tee = TrustPolicy.TEE(
      kinds: [.simulated, .tdx], roots: [.simulated: [try World.key("root").publicKey.raw]],
      measurements: [.tdx: ["mr_td": ["00ff"], "rtmr0": ["aa"]]])
    #expect(try TrustPolicy(JCS.encode(trust.json)) == trust)
  }

  @Test func `a bundle that discloses one message opens that one alone`() throws {
    let bundle = try World().sealed().bundle
    let shown = try bundle.disclosing(messages: [0])
    #expect(shown.openings == [.message(0): bundle.openings[.message(0)]])
    #expect(shown.statements == bundle.statements && shown.tlogProof == bundle.tlogProof)
    var trust = try World.trust()
    trust.required.removeAll { $0 == .content }
    let report = BundleVerifier(policy: trust).verify(try shown.encoded())
    #expect(report.isAccepted && report[.content]?.state == .notChecked, "\(report.checks)")
    #expect(try bundle.disclosing(messages: []).openings.isEmpty)
    for none in [-1, 99] {
      #expect(throws: ReceiptError.self) { try bundle.disclosing(messages: [0, none]) }
    }
  }

  @Test func `a bundle without openings is accepted where content is not required, and says so`() throws {
    var world = World()
    world.openings = { $0 = [:] }
    var trust = try World.trust()
    #expect(try world.report(trust).unmet == [.content])
    trust.required.removeAll { $0 == .content }
    let report = try world.report(trust)
    #expect(report.isAccepted && report[.content]?.state == .notChecked)
  }

  @Test(arguments: [
    CommittedField.request, .message(0), .message(1), .content, .tokens, .wire,
  ])
  func `what is left closed is not checked, and named`(field: CommittedField) throws {
    var world = World()
    world.openings = { $0[field] = nil }
    let report = try world.report()
    #expect(report.failed == [] && report.unmet == [.content])
    #expect(report[.content]?.state == .notChecked && report.detail(.content).hasSuffix("closed: \(field)"))
  }

  @Test func `what a bundle does not show cannot be softened`() throws {
    let bytes = try World().sealed().bundle.encoded()
    let text = String(decoding: bytes, as: UTF8.self)
    let verifier = BundleVerifier(policy: try World.trust())
    for (from, to) in [
      ("\"that the answer is true, good or harmless\",", ""), ("\"does_not_show\":[", "\"does_not_show\":[1,"),
      ("`as_of`", "\u{1FEF}as_of\u{1FEF}"), (",\"log\":", ",\"extra\":\"\",\"log\":"),
      ("\"media_type\":\"application/vnd.colophon.bundle+json\",", ""),
    ] {
      let edited = text.replacing(from, with: to)
      #expect(!edited.utf8.elementsEqual(text.utf8), "nothing was edited to \(to)")
      #expect(!verifier.verify(Array(edited.utf8)).isAccepted, "\(to)")
    }
  }

  @Test func `the transparent statement empties back to the logged bytes`() throws {
    let sealed = try World().sealed()
    let receipt = try #require(sealed.statements[.receipt])
    let joined = try COSESign1(decoding: receipt.transparent(receipts: [sealed.bundle.coseReceipt]))
    #expect(try joined.bare.encoded() == receipt.bytes)
    #expect(joined.unprotected[.int(394)] == .array([.bytes(sealed.bundle.coseReceipt)]))
    #expect(throws: ReceiptError.self) { try SignedStatement(joined.encoded()) }
  }
}
