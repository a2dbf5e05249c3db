import Codec
import Credit
import Cryptography
import MerkleLog
import Testing

@testable import Receipts

/// Keys used for what they are not listed for, each named by the signatures check.
@Suite struct MisuseTests {
  static let signed: [StatementKind] = [.receipt, .execution, .custody, .attribution, .verdict, .model, .policy]

  private func edited(_ kind: StatementKind, _ edit: (TrustPolicy.Issuer) -> TrustPolicy.Issuer) throws -> TrustPolicy {
    var trust = try World.trust()
    trust.issuers = trust.issuers.map { $0.kinds.contains(kind) ? edit($0) : $0 }
    return trust
  }

  @Test(arguments: signed) func `a key that no policy lists is refused`(kind: StatementKind) throws {
    var world = World()
    world.signers[kind] = try World.key("nobody")
    let report = try world.report()
    #expect(report.failed.contains(.signatures) && report.detail(.signatures).hasPrefix("\(kind): no key"))
  }

  @Test(arguments: signed) func `a key is good for its listed kinds only`(kind: StatementKind) throws {
    let trust = try edited(kind) { .init(issuer: $0.issuer, key: $0.key, kinds: $0.kinds.subtracting([kind])) }
    #expect(try World().report(trust).detail(.signatures) == "\(kind): its key is not listed for this kind")
  }

  @Test(arguments: signed) func `a service cannot sign for another`(kind: StatementKind) throws {
    var world = World()
    let other: StatementKind = kind == .receipt ? .custody : .receipt
    world.signers[kind] = try World.key(World.issuer(other))
    #expect(try world.report().detail(.signatures) == "\(kind): its key is not listed for this kind")
  }

  @Test(arguments: signed) func `a statement in another issuer's name is refused`(kind: StatementKind) throws {
    var world = World()
    // Canonically equivalent is not equal: compared by bytes.
    world.issuers[kind] = "https://example.org/other"
    #expect(try world.report().detail(.signatures).contains("signed as https://example.org/other"))
  }

  @Test func `issuers are compared by bytes, not by how Swift equates text`() throws {
    var world = World()
    world.issuers[.custody] = "https://example.org/\u{212A}"
    let trust = try edited(.custody) { .init(issuer: "https://example.org/K", key: $0.key, kinds: $0.kinds) }
    #expect(try world.report(trust).failed == [.signatures])
  }

  @Test(arguments: signed.filter { ![.model, .policy].contains($0) })
  func `a key is good for its interval of log indices only`(kind: StatementKind) throws {
    for (from, to, accepted) in [(3, 3, true), (0, 2, false), (4, 9, false)] {
      let trust = try edited(kind) {
        .init(issuer: $0.issuer, key: $0.key, kinds: $0.kinds, fromIndex: UInt64(from), toIndex: UInt64(to))
      }
      let report = try World().report(trust)
      #expect(report.isAccepted == accepted, "\(from) \(to)")
      if !accepted { #expect(report.failed == [.signatures]) }
    }
  }

  @Test func `a model or policy of a key that ended counts only by its digest`() throws {
    let sealed = try World().sealed()
    var trust = try edited(.model) { .init(issuer: $0.issuer, key: $0.key, kinds: $0.kinds, toIndex: 2) }
    #expect(try World().report(trust).detail(.signatures).contains("model: its key ended"))
    trust.manifestDigests = [try World().madeManifest().digest()]
    #expect(try World().report(trust).isAccepted)
    var two = try World.trust()
    two.issuers =
      try two.issuers.map { issuer in
        guard issuer.kinds.contains(.policy) else { return issuer }
        return .init(issuer: issuer.issuer, key: issuer.key, kinds: [.attribution])
      } + [.init(issuer: "https://example.org/rules", key: World.key("rules").publicKey, kinds: [.policy], toIndex: 0)]
    var world = World()
    world.signers[.policy] = try World.key("rules")
    world.issuers[.policy] = "https://example.org/rules"
    #expect(try world.report(two).detail(.signatures).contains("policy: its key ended"))
    two.attributionPolicies = [try #require(try world.sealed().statements[.policy]).digest]
    #expect(try world.report(two).isAccepted)
    #expect(sealed.statements.count == 7)
  }

  @Test func `a key in two roles is refused`() throws {
    let inference = try World.key(World.issuer(.execution)).publicKey
    var receiptLog = try World.trust()
    receiptLog.receiptLogKey = inference
    var checkpoint = try World.trust()
    checkpoint.receiptLogKey = checkpoint.log.logKey.key
    var twice = try World.trust()
    twice.issuers.append(.init(issuer: "https://example.org/again", key: inference, kinds: [.verdict]))
    let oneForTwo = try edited(.execution) { .init(issuer: $0.issuer, key: $0.key, kinds: [.execution, .verdict]) }
    let ownModel = try edited(.execution) { .init(issuer: $0.issuer, key: $0.key, kinds: [.execution, .model]) }
    for trust in [receiptLog, checkpoint, twice, oneForTwo, ownModel] {
      let report = try World().report(trust)
      #expect(report.detail(.signatures).hasPrefix("trust policy: ") && !report.isAccepted)
    }
  }

  @Test func `the log's keys and name come from the policy alone`() throws {
    var other = try World.trust()
    other.receiptLogKey = try World.key("another receipt key").publicKey
    #expect(try World().report(other).failed == [.inclusion])
    var foreign = try World.trust()
    foreign.log = try .init(origin: "log.example/other", logKey: foreign.log.logKey)
    #expect(try World().report(foreign).failed == [.inclusion])
  }

  @Test func `an unprotected header and a second spelling of the empty one are refused`() throws {
    let bytes = try #require(try World().sealed().statements[.model]).bytes
    let envelope = try COSESign1(decoding: bytes)
    let added = try envelope.withUnprotected([CBORPair(.int(99), .null)]).encoded()
    #expect(throws: ReceiptError.self) { try SignedStatement(added) }
    // d2 84 58 n <protected> a0: the empty map as b8 00.
    let at = 4 + envelope.protectedBytes.count
    #expect(bytes[at] == 0xa0)
    let longer = Array(bytes[..<at]) + [0xb8, 0x00] + Array(bytes[(at + 1)...])
    #expect(throws: ReceiptError.self) { try SignedStatement(longer) }
  }

  @Test func `a statement over its limit is refused before it is read`() {
    #expect(throws: ReceiptError.limit(name: "statement bytes", limit: 1 << 20, got: 1 << 20 + 1)) {
      try SignedStatement([UInt8](repeating: 0, count: 1 << 20 + 1))
    }
  }
}
