import Credit
import Cryptography
import Testing

@testable import Receipts

/// Statements that are well signed and do not agree: the check that sees it is named.
@Suite struct LieTests {
  private func failed(_ edit: (inout World) -> Void) throws -> [Check.Name] {
    var world = World()
    edit(&world)
    return try world.report().failed
  }

  @Test(arguments: [StatementKind.execution, .custody, .attribution, .verdict, .policy])
  func `a statement that others name cannot be left out`(kind: StatementKind) throws {
    #expect(try failed { $0.absent = [kind] }.contains(.binding))
  }

  @Test func `without the receipt there is nothing to verify, and without the manifest not everything`() throws {
    #expect(try failed { $0.absent = [.receipt] } == [.signatures])
    var world = World()
    world.absent = [.model]
    let report = try world.report()
    #expect(report[.model]?.state == .notChecked && report[.attribution]?.state == .notChecked && !report.isAccepted)
    var trust = try World.trust()
    trust.manifestDigests = [try world.madeManifest().digest()]
    #expect(try world.report(trust)[.model]?.state == .pass)
    trust.profiles = []
    #expect(try world.report(trust)[.model]?.state == .fail)
  }

  @Test(arguments: [StatementKind.receipt, .execution, .custody, .attribution, .verdict])
  func `a statement about another request is refused`(kind: StatementKind) throws {
    let subject = try failed { world in
      world.frame = { if $0.kind == kind { $0.subject = World.otherID.description } }
    }
    #expect(subject.contains(.binding))
    let digest = try failed { world in
      world.frame = { if $0.kind == kind { $0.subjectDigest = SHA256.hash([9]) } }
    }
    #expect(digest == [.binding])
  }

  @Test(arguments: [StatementKind.model, .policy])
  func `a manifest or policy whose subject is not its content is refused`(kind: StatementKind) throws {
    let digest = try failed { world in
      world.frame = { if $0.kind == kind { $0.subjectDigest = SHA256.hash([9]) } }
    }
    #expect(digest == [.binding])
    #expect(try !failed { world in world.frame = { if $0.kind == kind { $0.subject = "other" } } }.isEmpty)
  }

  @Test func `a predicate with another receipt id is refused`() throws {
    #expect(try failed { $0.execution = { $0.receiptID = World.otherID } } == [.binding])
    #expect(try failed { $0.custody = { $0.receiptID = World.otherID } } == [.binding])
    #expect(try failed { $0.attribution = { $0.receiptID = World.otherID } } == [.binding])
    #expect(try failed { $0.verdict = { $0.receiptID = World.otherID } } == [.binding])
    #expect(try failed { $0.receipt = { $0.receiptID = World.otherID } }.contains(.binding))
  }

  @Test func `a receipt that binds another statement is refused`() throws {
    let other = SHA256.hash([9])
    #expect(try failed { $0.receipt = { $0.statements?.execution = other } }.contains(.binding))
    #expect(try failed { $0.receipt = { $0.statements?.custody = other } } == [.binding])
    #expect(try failed { $0.receipt = { $0.statements?.attribution = other } } == [.binding])
    #expect(try failed { $0.receipt = { $0.statements?.verdict = nil } } == [.binding])
    #expect(try failed { $0.receipt = { $0.request = other } } == [.binding, .content])
  }

  @Test func `an execution of another manifest, model or profile is refused`() throws {
    #expect(try failed { $0.execution = { $0.manifest = SHA256.hash([9]) } } == [.binding])
    #expect(try failed { $0.execution = { $0.model = "other" } } == [.binding, .content])
    #expect(try failed { $0.execution = { $0.profile = "opaque/1" } } == [.binding, .model])
    #expect(try failed { $0.manifest = { $0.profile = "exact/2" } } == [.binding])
    #expect(try failed { $0.manifest = { $0.id = "other" } } == [.content])
  }

  @Test func `an unlisted manifest or signer is refused, and a listed digest is enough`() throws {
    var trust = try World.trust()
    trust.manifestSigners = []
    #expect(try World().report(trust).failed == [.model])
    trust.manifestDigests = [try World().madeManifest().digest()]
    #expect(try World().report(trust).isAccepted)
  }

  @Test func `parameters other than the request leads to are refused`() throws {
    #expect(try failed { $0.execution = { $0.parameters.temperature = Real(0.25, literal: "0.25") } } == [.content])
    #expect(try failed { $0.execution = { $0.parameters.temperature = Real(0.5, literal: "0.5") } } == [.content])
    #expect(try failed { $0.execution = { $0.parameters.seed = 8 } } == [.content])
    #expect(try failed { $0.execution = { $0.parameters.seedDrawn = true } } == [.content])
    #expect(try failed { $0.execution = { $0.parameters.topK = 1 } } == [.content])
    #expect(try failed { $0.execution = { $0.parameters.maxTokens = 15 } } == [.content])
    #expect(try failed { $0.execution = { $0.parameters.ignored = [] } } == [.content])
    #expect(try failed { $0.execution = { $0.promptTokens = 60 } } == [.content])
  }

  @Test func `commitments, counts and chains that the openings do not open to are refused`() throws {
    let other = SHA256.hash([9])
    #expect(try failed { $0.execution = { $0.tokens = other } } == [.content])
    #expect(try failed { $0.execution = { $0.messages[1] = other } } == [.content])
    #expect(try failed { $0.execution = { $0.messages.swapAt(0, 1) } } == [.content])
    #expect(try failed { $0.execution = { $0.messages.removeLast() } } == [.content])
    #expect(try failed { $0.execution = { $0.activation = other } } == [.content])
    #expect(try failed { $0.execution = { $0.completionTokens = 2 } } == [.content, .reexecution])
    #expect(try failed { $0.execution = { $0.finishReason = .length } } == [.content])
    #expect(try failed { $0.receipt = { $0.delivery = .body(other) } } == [.content])
    #expect(try failed { $0.receipt = { $0.delivery = .stream(chunks: 1, head: other) } } == [.content])
    #expect(try failed { $0.openings = { $0[.message(7)] = $0[.message(0)] } } == [.content])
  }

  @Test func `an answer sent that is not the answer committed is refused`() throws {
    #expect(try failed { $0.sentText = "Lyon." } == [.content])
    // The same text to Swift's eyes, other bytes.
    #expect(try failed { $0.sentText = "Paris. e\u{301}" } == [.content])
    #expect(try failed { ($0.streamed, $0.sentText) = (true, "Paris.") } == [.content])
    #expect(try failed { ($0.streamed, $0.sentText) = (true, "Paris. e\u{301}") } == [.content])
    #expect(try failed { ($0.streamed, $0.sentText, $0.outcome) = (true, "Paris", .cancelled) } == [])
    #expect(try failed { ($0.streamed, $0.sentText, $0.outcome) = (true, "Lyon", .cancelled) } == [.content])
  }

  @Test func `a verdict that fails, covers less, or uses another method is refused`() throws {
    let report = try World().report()
    #expect(report.detail(.reexecution).contains("3 tokens recomputed"))
    #expect(
      try failed { $0.verdict = { ($0.result, $0.firstPosition, $0.finding) = (.fail, 1, "position 1") } } == [
        .reexecution
      ])
    #expect(try failed { $0.verdict = { $0.positions = 2 } } == [.reexecution])
    #expect(try failed { $0.verdict = { $0.method = "opinion/1" } } == [.reexecution])
    #expect(try failed { $0.verdict = { $0.profile = "exact/2" } } == [.binding])
    #expect(try failed { $0.verdict = { $0.execution = SHA256.hash([9]) } } == [.binding])
  }

  @Test func `my own re-execution takes the verdict's place, either way`() throws {
    let bytes = try World().sealed().bundle.encoded()
    for state in [Check.State.pass, .fail] {
      let verifier = BundleVerifier(policy: try World.trust()) { execution, manifest, openings in
        // Whatever name it gives, it is this check.
        Check(.tee, state, "\(execution.completionTokens) \(manifest.id) \(openings.count)")
      }
      let report = verifier.verify(bytes)
      #expect(report[.reexecution] == Check(.reexecution, state, "3 tiny 7"))
      #expect(report.isAccepted == (state == .pass))
    }
    var world = World()
    world.verdict = { $0.supersedes = Superseded(number: 1, verdict: SHA256.hash([1]), reason: "r") }
    #expect(try world.report().failed == [.binding])
    world.verdict = { $0.result = .fail }
    let agreeing = BundleVerifier(policy: try World.trust()) { _, _, _ in Check(.reexecution, .fail, "mine") }
    #expect(agreeing.verify(try world.sealed().bundle.encoded()).detail(.reexecution) == "mine")
    let verifier = BundleVerifier(policy: try World.trust()) { _, _, _ in Check(.reexecution, .pass, "mine") }
    #expect(verifier.verify(try world.sealed().bundle.encoded()).detail(.reexecution).contains("says fail"))
  }

  @Test func `shares, policy, operator and price must recompute`() throws {
    #expect(try failed { $0.attribution = { $0.shares[0].amountNano += 1 } } == [.attribution])
    #expect(try failed { $0.attribution = { $0.shares.swapAt(0, 1) } } == [.attribution])
    #expect(try failed { $0.attribution = { $0.shares.removeLast() } } == [.attribution])
    #expect(try failed { $0.attribution = { $0.shares[0].contributor = "thief" } } == [.attribution])
    #expect(try failed { $0.attribution = { $0.operatorID = "thief" } } == [.attribution])
    #expect(try failed { $0.attribution = { $0.priceNano += 1 } } == [.binding, .attribution])
    #expect(try failed { $0.attribution = { $0.policy = SHA256.hash([9]) } } == [.binding])
    #expect(try failed { $0.attribution = { $0.manifest = SHA256.hash([9]) } } == [.binding])
    #expect(try failed { $0.receipt = { $0.priceNano += 1 } } == [.binding])
    let other = try AttributionPolicy(
      id: "equal-for-two/1", roles: [PolicyRole(role: "all", basisPoints: 10_000, method: .equal(["a", "b"]))])
    #expect(try failed { $0.rules = other } == [])
    var trust = try World.trust()
    trust.attributionPolicies = [try #require(World().sealed().statements[.policy]).digest]
    #expect(try World().report(trust).isAccepted)
    var world = World()
    world.rules = other
    #expect(try world.report(trust).failed == [.attribution])
  }

  @Test func `custody covers the execution and every opening, with their sizes`() throws {
    #expect(try failed { $0.custody = { $0.blobs.removeFirst() } } == [.custody])
    #expect(try failed { $0.custody = { $0.blobs.removeLast() } } == [.custody])
    let size = try failed { world in
      world.custody = { $0.blobs[0] = .init(name: $0.blobs[0].name, bytes: 1, retention: .statement) }
    }
    #expect(size == [.custody])
  }

  @Test func `a request that was never executed has a receipt of its own`() throws {
    let world = World()
    let opening = try Opening(salt: World.salt("request"), data: Array("not even JSON".utf8))
    func bundle(_ extra: [StatementKind: [UInt8]] = [:]) throws -> [UInt8] {
      let predicate = ReceiptPredicate(
        receiptID: World.id, outcome: .refused, sequence: 42, request: try opening.commitment(for: .request),
        statements: nil, delivery: nil, errorCode: "context_length_exceeded", priceNano: 0, acceptedUnixMs: 0)
      let receipt = try world.sign(.receipt, World.id.description, predicate.subjectDigest, predicate.json)
      let (proof, coseReceipt, size) = try world.logged([receipt], at: 0)
      return try Bundle(
        receiptID: World.id, asOf: size, statements: extra.merging([.receipt: receipt.bytes]) { $1 },
        coseReceipt: coseReceipt, tlogProof: proof, openings: [.request: opening.blob]
      ).encoded()
    }
    var trust = try World.trust()
    trust.required = [.signatures, .binding, .content, .inclusion]
    let verifier = BundleVerifier(policy: trust)
    let report = verifier.verify(try bundle())
    #expect(report.isAccepted && report.detail(.binding).contains("outcome refused, sequence 42"))
    #expect(report[.model]?.state == .notChecked && report[.reexecution]?.state == .notChecked)
    // Nothing may hang on to it that it does not bind.
    let sealed = try world.sealed()
    for kind in [StatementKind.execution, .custody, .attribution, .verdict, .model, .policy] {
      let bytes = try #require(sealed.statements[kind]).bytes
      #expect(verifier.verify(try bundle([kind: bytes])).failed.contains(.binding), "\(kind)")
    }
  }
}
