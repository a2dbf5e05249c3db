import Codec
import Credit
import Cryptography
import MerkleLog
import TestKit
import Testing

@testable import Receipts

/// An attribution that came after its receipt: honest, missing, about something else, at the wrong place, changed.
@Suite struct LaterAttributionTests {
  private static let kinds: [StatementKind] = [.attribution, .custody]

  private static func failed(_ trust: TrustPolicy? = nil, _ edit: (inout Later) -> Void) throws -> [Check.Name] {
    var later = try Later()
    edit(&later)
    return try later.report(trust).failed
  }

  @Test("it is recomputed as an early one is, and custody of its scores is another statement")
  func honest() throws {
    let report = try Later().report()
    #expect(report.isAccepted, "\(report.checks)")
    #expect(report.detail(.attribution).contains("scores of 2 documents, in a later statement"))
    var unscored = try Later(DocumentTests.world(nil))
    unscored.present = [.attribution]
    #expect(try unscored.report().isAccepted)
    var closed = try Later().bundle()
    closed.openings = [:]
    let shown = BundleVerifier(policy: try World.trust()).verify(try closed.encoded())
    #expect(shown[.attribution]?.state == .notChecked && shown.failed.isEmpty)
  }

  @Test("while it is pending the check is not made, and who requires it does not accept")
  func pending() throws {
    var later = try Later()
    later.present = []
    let report = try later.report()
    #expect(report.failed.isEmpty && report[.attribution]?.state == .notChecked)
    #expect(report.detail(.attribution).contains("pending") && report.unmet == [.attribution] && !report.isAccepted)
    var trust = try World.trust()
    trust.required.removeAll { $0 == .attribution }
    #expect(try later.report(trust).isAccepted)
    // One without its policy, a policy without it.
    var bundle = try later.bundle()
    bundle.statements[.policy] = try Later().bundle().statements[.policy]
    #expect(BundleVerifier(policy: trust).verify(try bundle.encoded()).failed == [.binding])
    bundle = try Later().bundle()
    bundle.statements[.policy] = nil
    #expect(BundleVerifier(policy: trust).verify(try bundle.encoded()).failed == [.binding])
  }

  @Test("a receipt that binds its attribution, or does not say that it is pending, has no place for another")
  func refused() throws {
    #expect(try Self.failed { $0.isPending = false } == [.binding])
    var bound = try DocumentTests.world().sealed().bundle
    bound.registered = try Later().bundle().registered
    let report = BundleVerifier(policy: try World.trust()).verify(try bound.encoded())
    #expect(report[.binding]?.state == .fail && report.detail(.binding).contains("does not say that it is pending"))
    #expect(try Self.failed { $0.present = [.custody] }.contains(.binding))
    var later = try Later()
    later.world.receipt = { receipt in
      (receipt.outcome, receipt.statements, receipt.errorCode) = (.failed, nil, "internal")
      (receipt.delivery, receipt.isAttributionPending) = (nil, false)
    }
    #expect(try later.report()[.binding]?.state == .fail)
  }

  @Test("one about something else is refused by binding")
  func lies() throws {
    let other = SHA256.hash([9])
    #expect(try Self.failed { $0.attribution = { $0.receiptID = World.otherID } } == [.binding])
    #expect(try Self.failed { $0.attribution = { $0.priceNano += 1 } } == [.binding, .attribution])
    #expect(try Self.failed { $0.attribution = { $0.manifest = other } } == [.binding])
    #expect(try Self.failed { $0.attribution = { $0.policy = other } } == [.binding])
    #expect(try Self.failed { $0.attribution = { $0.operatorID = "eve" } } == [.attribution])
    #expect(try Self.failed { $0.attribution = { $0.shares.reverse() } } == [.attribution])
    #expect(try Self.failed { $0.attribution = { $0.scores?.root = other } } == [.attribution])
    #expect(try Set(Self.failed { $0.attribution = { $0.scores?.commitment = other } }) == [.content, .attribution])
    #expect(try Self.failed { $0.custody = { $0.receiptID = World.otherID } } == [.binding])
    #expect(try Self.failed { $0.custody = { $0.blobs = [] } } == [.custody])
    for kind in Self.kinds {
      let edits: [@Sendable (inout World.Frame) -> Void] = [
        { $0.subjectDigest = other }, { $0.subject = World.otherID.description },
      ]
      for edit in edits {
        var later = try Later()
        // The world's own of these kinds are not in the bundle, or bound with their subject as edited.
        later.world.frame = { frame in if frame.kind == kind { edit(&frame) } }
        #expect(try later.report()[.binding]?.state == .fail, "\(kind)")
      }
    }
  }

  @Test("one that stands before its receipt is refused by inclusion", arguments: [StatementKind.attribution, .custody])
  func places(kind: StatementKind) throws {
    #expect(try Self.failed { $0.places = [kind: 3] } == [.inclusion])
    #expect(try Self.failed { $0.places = [kind: 9] } == [])
  }

  @Test("the registry is the one that the receipt has seen, not what was registered until the statement")
  func registry() throws {
    for (size, failed) in [(4, []), (5, [.attribution])] as [(UInt64, [Check.Name])] {
      var world = try DocumentTests.world()
      world.ownership = try JCS.encode([
        "owners": [
          ["contributor": "ada", "ownership": "claimed"], ["contributor": "bob", "ownership": "claimed"],
        ], "registry": RegistrySnapshot(size: size, root: SHA256.hash([9])).json,
      ])
      #expect(try Later(world).report().failed == failed, "\(size)")
    }
  }

  @Test("a key is good for its kind, at the statement's own index", arguments: [StatementKind.attribution, .custody])
  func keys(kind: StatementKind) throws {
    func trust(to: UInt64?, _ kinds: Set<StatementKind>? = nil) throws -> TrustPolicy {
      var trust = try World.trust()
      trust.issuers = trust.issuers.map { issuer in
        guard issuer.kinds.contains(kind) else { return issuer }
        return .init(issuer: issuer.issuer, key: issuer.key, kinds: kinds ?? issuer.kinds, toIndex: to)
      }
      return trust
    }
    let own: UInt64 = kind == .attribution ? 7 : 6
    #expect(try Self.failed(trust(to: own)) { _ in } == [])
    #expect(try Self.failed(trust(to: own - 1)) { _ in } == [.signatures])
    #expect(try Self.failed(trust(to: nil, [.policy])) { _ in } == [.signatures])
    var later = try Later()
    later.world.signers[kind] = try World.key("a stranger")
    #expect(try later.report().failed == [.signatures])
  }

  @Test(
    "a byte of either statement or of its proof matters, whichever it is",
    arguments: [StatementKind.attribution, .custody])
  func flips(kind: StatementKind) throws {
    let verifier = BundleVerifier(policy: try World.trust())
    let honest = try Later().bundle()
    let step = TestSize.pick(7, long: 1)
    let part = try #require(honest.registered[kind])
    func survivors(_ bytes: [UInt8], _ expected: Check.Name, _ put: (inout Bundle, [UInt8]) -> Void) -> [Int] {
      stride(from: 0, to: bytes.count, by: step).filter { at in
        var (flipped, bundle) = (bytes, honest)
        flipped[at] ^= UInt8(1 << (at % 8))
        put(&bundle, flipped)
        guard let encoded = try? bundle.encoded() else { return false }
        let report = verifier.verify(encoded)
        return report.isAccepted || report[expected]?.state != .fail
      }
    }
    #expect(survivors(part.statement, .signatures) { $0.registered[kind]?.statement = $1 } == [])
    #expect(survivors(part.tlogProof, .inclusion) { $0.registered[kind]?.tlogProof = $1 } == [])
    guard kind == .custody else { return }
    let scores = try #require(honest.openings[.scores])
    for check in [Check.Name.content, .custody, .attribution] {
      #expect(survivors(scores, check) { $0.openings[.scores] = $1 }.filter { $0 >= 40 } == [], "\(check)")
    }
  }

  @Test("a receipt says it in one way, and only where no attribution is bound")
  func shape() throws {
    let bytes = try #require(try Later().bundle().statements[.receipt])
    let json = try SignedStatement(bytes).statement.predicate
    #expect(try ReceiptPredicate(json).isAttributionPending && json["attribution"] == "pending")
    for value in ["later", "", true, [], ["policy": "pending"]] as [JSON] {
      let members = try #require(json.objectValue).map { $0.name == "attribution" ? JSONMember($0.name, value) : $0 }
      #expect(throws: ReceiptError.self, "\(value.text)") { try ReceiptPredicate(.object(members)) }
    }
    var world = try DocumentTests.world()
    world.receipt = { $0.isAttributionPending = true }
    #expect(throws: ReceiptError.self) { try world.sealed() }
    world.receipt = { receipt in
      (receipt.outcome, receipt.statements, receipt.errorCode) = (.failed, nil, "internal")
      (receipt.delivery, receipt.isAttributionPending) = (nil, true)
    }
    #expect(throws: ReceiptError.self) { try world.sealed() }
  }

  @Test("sets in the order of turns are all sets, once, and a part is a part of them", arguments: 1...12)
  func sets(documents: Int) throws {
    let all = DocumentSets(of: documents)
    let found = all.turns.map(all.set)
    #expect(found.sorted() == Array(0..<1 << documents) && all.isAll)
    // The first document changes least often.
    #expect(found.prefix(1 << (documents - 1)).allSatisfy { $0 & 1 == 0 })
    let values = found.map { Int64(-$0) }
    #expect(DocumentSets.bySet(values) == (0..<1 << documents).map { Int64(-$0) })
    let part = DocumentSets(of: documents, turns: 1..<99_999)
    #expect(part.turns == 1..<1 << documents && !part.isAll)
  }
}
