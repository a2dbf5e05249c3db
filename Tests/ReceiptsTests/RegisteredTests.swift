import Codec
import Cryptography
import TestKit
import Testing

@testable import Receipts

/// What the log has by itself about a receipt's verification: lies, wrong places, wrong keys, changed bytes.
@Suite struct RegisteredTests {
  private static func failed(
    _ world: World = World(), _ trust: TrustPolicy? = nil, _ edit: (inout Registered) -> Void
  ) throws -> [Check.Name] {
    var registered = Registered()
    edit(&registered)
    return try registered.report(world, trust).failed
  }

  @Test("a later verdict about something else is refused by binding")
  func lies() throws {
    let other = SHA256.hash([9])
    #expect(try Self.failed { $0.verdict = { $0.receiptID = World.otherID } } == [.binding])
    #expect(try Self.failed { $0.verdict = { $0.execution = other } } == [.binding])
    #expect(try Self.failed { $0.verdict = { $0.profile = "exact/2" } } == [.binding])
    for kind in Registered.kinds {
      var world = World()
      world.frame = { if $0.kind == kind { $0.subjectDigest = other } }
      // The world's own verdict is one of them; it is not in the bundle, nor bound.
      #expect(try Self.failed(world) { _ in } == [.binding], "\(kind)")
      world.frame = { if $0.kind == kind { $0.subject = "draw/8" } }
      #expect(try Self.failed(world) { _ in }.contains(.binding), "\(kind)")
    }
    #expect(try Self.failed { $0.present = [.verdict, .reveal] } == [.binding])
    #expect(try Self.failed { $0.policy = .onDemand } == [.binding])
    #expect(try Self.failed { $0.reveal = { $0.draw = other } } == [.binding])
    #expect(try Self.failed { $0.reveal = { $0.number = 1 } } == [.binding])
    #expect(try Self.failed { $0.draw = { $0.seed = other } } == [.binding])
  }

  @Test("a later verdict has no place where the receipt binds one, or where nothing was executed")
  func twice() throws {
    var registered = Registered()
    registered.present = [.verdict]
    var bundle = try World().sealed().bundle
    bundle.registered = try registered.bundle().registered
    let report = BundleVerifier(policy: try Registered.trust()).verify(try bundle.encoded())
    #expect(report[.binding]?.state == .fail && report.detail(.binding).contains("binds one already"))
    var without = try registered.bundle()
    without.statements[.execution] = nil
    #expect(BundleVerifier(policy: try Registered.trust()).verify(try without.encoded())[.binding]?.state == .fail)
  }

  @Test("what stands at the wrong place of the log is refused by inclusion")
  func places() throws {
    for (kind, place, why) in [(StatementKind.verdict, 3, "before the receipt"), (.draw, 5, "behind the receipt")] {
      var moved = Registered()
      moved.places = [kind: place]
      let report = try moved.report()
      #expect(report.failed == [.inclusion] && report.detail(.inclusion).contains(why), "\(kind)")
    }
    #expect(try Self.failed { $0.reveal = { $0.last = 3 } } == [.inclusion])
    #expect(try Self.failed { $0.reveal = { $0.last = 4 } } == [])
    #expect(try Self.failed { $0.reveal = { $0.last = 7 } } == [.inclusion])
    #expect(try Self.failed { $0.places = [.reveal: 6] } == [.inclusion])
    for checkpoint in ["x", "\n\n", "log.example/colophon\n7\nAAAA\n\n"] {
      #expect(try Self.failed { $0.reveal = { $0.checkpoint = checkpoint } } == [.inclusion])
    }
    var registered = Registered()
    registered.reveal = { reveal in
      // Another log's, one signed twice, and one with a line that nothing authenticates.
      reveal.checkpoint = reveal.checkpoint.replacing("colophon", with: "elsewhere")
    }
    #expect(try registered.report().failed == [.inclusion])
    registered.reveal = { reveal in
      reveal.checkpoint += reveal.checkpoint.split(separator: "\n").last.map { "\($0)\n" } ?? ""
    }
    #expect(try registered.report().failed == [.inclusion])
    registered.reveal = { $0.checkpoint += "\u{2014} stranger.example \(Base64.encode(Array(1...68)))\n" }
    #expect(try registered.report().failed == [.inclusion])
  }

  @Test("too few witnesses are no reason to call a statement anything but included")
  func witnesses() throws {
    var trust = try Registered.trust()
    trust.log = try World.trust(witnesses: 2, quorum: 1).log
    #expect(try Registered().report(World(), trust)[.inclusion]?.state == .pass)
  }

  @Test("a key is good for what it is listed for, at the statement's own index", arguments: Registered.kinds)
  func keys(kind: StatementKind) throws {
    func trust(_ kinds: Set<StatementKind>, from: UInt64 = 0, to: UInt64? = nil) throws -> TrustPolicy {
      var trust = try Registered.trust()
      trust.issuers = trust.issuers.map { issuer in
        guard issuer.kinds.contains(.verdict) else { return issuer }
        return .init(issuer: issuer.issuer, key: issuer.key, kinds: kinds, fromIndex: from, toIndex: to)
      }
      return trust
    }
    let all = Registered.kinds
    let unlisted = try Self.failed(World(), try trust(all.subtracting([kind]))) { _ in }
    #expect(unlisted == (kind == .verdict ? [.signatures, .reexecution] : [.signatures]))
    #expect(try Self.failed(World(), try trust(all, from: 1, to: 8)) { _ in } == [])
    #expect(try Self.failed(World(), try trust(all, from: 2)) { _ in } == [.signatures])
    #expect(try Self.failed(World(), try trust(all, to: 7)) { _ in } == [.signatures])
    // A reveal is by the key of its draw, whoever else may reveal.
    var two = try Registered.trust()
    two.issuers.append(
      .init(issuer: World.issuer(kind), key: try World.key("second").publicKey, kinds: Registered.kinds))
    var second = World()
    second.signers[kind] = try World.key("second")
    #expect(try Self.failed(second, two) { _ in } == (kind == .verdict ? [] : [.binding]))
    var world = World()
    world.signers[kind] = try World.key("a stranger")
    #expect(try Self.failed(world) { _ in }.contains(.signatures))
  }

  @Test("every byte of what is registered, and of its proof, matters", arguments: Registered.kinds)
  func flips(kind: StatementKind) throws {
    let verifier = BundleVerifier(policy: try Registered.trust())
    let honest = try Registered().bundle()
    let part = try #require(honest.registered[kind])
    func survivors(_ bytes: [UInt8], _ expected: Check.Name, _ put: (inout Bundle, [UInt8]) -> Void) -> [Int] {
      TestSize.places(bytes.indices).filter { at in
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
  }

  @Test("what is no member of `registered` is refused before any check")
  func form() throws {
    let json = try JSON(parsing: try Registered().bundle().encoded())
    let beside = try #require(json["registered"])
    let verdict = try #require(beside["verdict"])
    let statement = try #require(verdict["statement"])
    let wrong: [JSON] = [
      [:], [], "x", ["receipt": verdict], ["verdict": "x"], ["verdict": ["statement": statement]],
      ["verdict": ["statement": "*", "tlog_proof": ""]], ["verdict": ["statement": 1, "tlog_proof": ""]],
      ["verdict": ["statement": statement, "tlog_proof": "", "more": 1]], ["draw": verdict],
    ]
    for value in wrong {
      let members = try #require(json.objectValue).map { $0.name == "registered" ? JSONMember($0.name, value) : $0 }
      let report = BundleVerifier(policy: try Registered.trust()).verify(try JCS.encode(.object(members)))
      #expect(report.failed == [.signatures], "\(value.text)")
    }
  }

  @Test("a receipt states a policy in one way, and only where no verdict is bound")
  func receipts() throws {
    let json = try Self.receipt(.sample(basisPoints: 500))
    for policy in [VerificationPolicy.sample(basisPoints: 1), .onDemand, .never] {
      #expect(try ReceiptPredicate(Self.receipt(policy)).verification == policy)
    }
    let wrong: [JSON] = [
      "sample", [:], ["policy": "always"], ["policy": "sample"], ["policy": "sample", "rate_bp": 0],
      ["policy": "sample", "rate_bp": 10_001], ["policy": "sample", "rate_bp": "5"], ["policy": "none", "rate_bp": 5],
      ["policy": "on-demand", "more": 1], ["policy": "sample", "rate_bp": 5, "more": 1],
    ]
    for value in wrong {
      let members = try #require(json.objectValue).map { $0.name == "verification" ? JSONMember($0.name, value) : $0 }
      #expect(throws: ReceiptError.self, "\(value.text)") { try ReceiptPredicate(.object(members)) }
    }
    var world = World()
    world.receipt = { $0.verification = .onDemand }
    #expect(throws: ReceiptError.self) { try world.sealed() }
    world.receipt = { receipt in
      (receipt.outcome, receipt.statements, receipt.errorCode) = (.failed, nil, "internal")
      (receipt.delivery, receipt.verification) = (nil, .onDemand)
    }
    #expect(throws: ReceiptError.self) { try world.sealed() }
  }

  private static func receipt(_ policy: VerificationPolicy) throws -> JSON {
    var registered = Registered()
    registered.policy = policy
    let bytes = try #require(try registered.bundle().statements[.receipt])
    return try SignedStatement(bytes).statement.predicate
  }
}
