import Codec
import Credit
import Cryptography
import Testing

@testable import Receipts

/// Answers longer than was asked for, and a manifest that nobody signed.
@Suite struct AnswerLimitTests {
  /// What content says of a world with other openings of its answer, committed to as they are.
  private func detail(
    _ choices: [AnswerContent.Choice] = [.init(index: 0, text: World.text, finishReason: .stop)],
    tokens: [[UInt32]] = [World.tokens], message: String? = nil, _ edit: (inout World) -> Void = { _ in }
  ) throws -> String {
    var world = World()
    edit(&world)
    let content = try Opening(salt: World.salt("content"), data: AnswerContent(choices: choices).encoded())
    let ids = try Opening(salt: World.salt("tokens"), data: TokenIDs.encode(tokens))
    let (contentDigest, idsDigest) = (try content.commitment(for: .content), try ids.commitment(for: .tokens))
    let other = try message.map { try Opening(salt: World.salt("m"), data: Array($0.utf8)) }
    let otherDigest = try other?.commitment(for: .message(0))
    let (execution, openings) = (world.execution, world.openings)
    world.execution = {
      ($0.content, $0.tokens) = (contentDigest, idsDigest)
      if let otherDigest { $0.messages[0] = otherDigest }
      execution(&$0)
    }
    world.openings = {
      ($0[.content], $0[.tokens], $0[.wire]) = (content, ids, nil)
      if let other { $0[.message(0)] = other }
      openings(&$0)
    }
    return try world.report().detail(.content)
  }

  @Test func `openings that are what was committed to, and not what the request led to, are refused each for its own`()
    throws
  {
    #expect(try detail().contains("closed: wire"))
    #expect(try detail(message: #"{"role":"user","content":"x"}"#).contains("message 0: is not the request's"))
    let fewer = try detail {
      $0.execution = { $0.messages.removeLast() }
      $0.openings = { $0[.message(1)] = nil }
    }
    #expect(fewer.contains("another number of messages"))
    for tokens in [[World.tokens, []], [[1, 2]], [[1, 2, 3, 4]]] {
      #expect(try detail(tokens: tokens).contains("tokens: are not the 3"))
    }
    let stop = FinishReason.stop
    for choices in [
      [], [.init(index: 1, text: "", finishReason: stop)],
      [.init(index: 0, text: "", finishReason: stop), .init(index: 1, text: "", finishReason: stop)],
    ] as [[AnswerContent.Choice]] { #expect(try detail(choices).contains("content: has not exactly the one choice")) }
    let due = AnswerContent.ToolCall.id(of: World.id, choice: 0, index: 0)
    for (id, expected) in [(due, "closed: wire"), ("call_x", "a call has another id")] {
      let call = AnswerContent.ToolCall(id: id, name: "f", arguments: "{}")
      #expect(try detail([.init(index: 0, text: "", toolCalls: [call], finishReason: stop)]).contains(expected))
    }
    // An answer of no token: the chain is its beginning.
    let salt = World.salt("activation")
    let none = try detail(tokens: [[]]) {
      $0.execution = {
        $0.completionTokens = 0
        $0.activation = SHA256.hash(DomainTag.activation.prefix + salt)
      }
      $0.openings = { $0[.activation] = try? Opening(salt: salt, data: []) }
    }
    #expect(none.contains("closed: wire"))
  }

  @Test func `a stream's head and its count of chunks are both signed`() throws {
    for lie in 0..<2 {
      var world = World()
      world.streamed = true
      world.receipt = { receipt in
        guard case .stream(let chunks, let head)? = receipt.delivery else { return }
        receipt.delivery =
          lie == 0 ? .stream(chunks: chunks + 1, head: head) : .stream(chunks: chunks, head: SHA256.hash([9]))
      }
      #expect(try world.report().detail(.content).contains("not the signed chain"))
    }
    var world = World()
    world.streamed = true
    // Of an answer that came to its end, a beginning is not a copy.
    #expect(try world.report(ownResponse: Array("Par".utf8)).failed == [.content])
  }

  @Test func `a statement in another's place, or of a kind that no bundle has, is named`() throws {
    let policy = try World.trust()
    let sealed = try World().sealed()
    var bundle = sealed.bundle
    bundle.statements[.custody] = sealed.statements[.execution]?.bytes
    let swapped = BundleVerifier(policy: policy).verify(try bundle.encoded())
    #expect(swapped.failed == [.signatures] && swapped.detail(.signatures).contains("is of kind execution"))
    bundle = sealed.bundle
    bundle.statements[.epoch] = sealed.statements[.execution]?.bytes
    let unknown = BundleVerifier(policy: policy).verify(try bundle.encoded())
    #expect(unknown.failed == [.signatures] && unknown.detail(.signatures).contains("no member of this format"))
  }

  @Test func `a report says why a statement is not bound, and what of the content was looked at`() throws {
    var world = World()
    world.absent = [.custody]
    #expect(try world.report().detail(.binding) == "custody: bound by the receipt, absent from the bundle")
    world.absent = []
    world.receipt = { $0.statements?.verdict = nil }
    #expect(try world.report().detail(.binding) == "verdict: the receipt does not bind it")
    world.receipt = { $0.statements?.custody = SHA256.hash([9]) }
    #expect(try world.report().detail(.binding) == "custody: the receipt binds another")
    world = World()
    #expect(try !world.report().detail(.content).contains("my copy"))
    #expect(try world.report(ownResponse: Array(World.text.utf8)).detail(.content).contains("my copy is what was sent"))
    // A body is sent whole: of one that was cancelled a beginning is no copy.
    world.outcome = .cancelled
    #expect(try world.report(ownResponse: Array("Par".utf8)).failed == [.content])
    world = World()
    world.openings = { $0 = [:] }
    #expect(try world.report().detail(.content).contains("opens nothing"))
  }

  @Test func `what one check sees is not left to another that sees it too`() throws {
    let policy = try World.trust()
    func report(_ edit: (inout Bundle) throws -> Void) throws -> VerificationReport {
      var bundle = try World().sealed().bundle
      try edit(&bundle)
      return BundleVerifier(policy: policy).verify(try bundle.encoded())
    }
    #expect(try report { $0.receiptID = World.otherID }.failed == [.binding])
    let broken = try report { bundle in
      var bytes = try #require(bundle.statements[.verdict])
      bytes[bytes.count - 1] ^= 1
      bundle.statements[.verdict] = bytes
    }
    #expect(broken.failed == [.signatures, .binding, .reexecution])
    var world = World()
    let other = SHA256.hash([9])
    world.execution = { $0.manifest = other }
    world.attribution = { $0.manifest = other }
    #expect(try world.report().detail(.binding).contains("ran another manifest"))
    world = World()
    world.openings = { openings in
      guard let list = openings[.activation] else { return }
      openings[.activation] = try? Opening(salt: list.salt, data: [UInt8](repeating: 0, count: 32) + list.data)
    }
    #expect(try world.report().detail(.content).contains("is no list of one digest for each"))
    // Shares that recompute, for an operator that executed nothing.
    world = World()
    let execution = try #require(world.sealed().statements[.execution])
    let usage = try ExecutionPredicate(execution.statement.predicate).count(by: "thief")
    let shares = try computeShares(
      policy: world.rules, lineage: world.madeManifest().lineage, operator: "thief", price: World.price, usage: usage,
      scores: [DocumentScores.method: []])
    world.attribution = { ($0.operatorID, $0.shares) = ("thief", shares) }
    #expect(try world.report().detail(.attribution).contains("is not the one that executed"))
  }

  @Test func `a profile that cannot be run again is not offered, one that nobody knows is not checked`() throws {
    for (profile, state) in [
      ("opaque/1", Check.State.notOffered), ("tolerant/1", .notOffered), ("exact/9", .notChecked),
    ] {
      var world = World()
      world.manifest = { $0.profile = profile }
      world.execution = { $0.profile = profile }
      world.verdict = { $0.profile = profile }
      var trust = try World.trust()
      trust.profiles.append(profile)
      #expect(try world.report(trust)[.reexecution]?.state == state, "\(profile)")
    }
    #expect(try World.trust().json["timestamp_roots"] == nil)
  }

  @Test func `no choice has more tokens than were allowed`() throws {
    func report(limit: Int, choices: [[UInt32]]) throws -> VerificationReport {
      var world = World()
      let text = String(decoding: world.body, as: UTF8.self)
      world.body = Array(
        text.replacing("\"max_tokens\":16", with: "\"max_tokens\":\(limit),\"n\":\(choices.count)").utf8)
      let answer = AnswerContent(
        choices: choices.indices.map { .init(index: $0, text: "", finishReason: .stop) })
      let content = try Opening(salt: World.salt("content"), data: answer.encoded())
      let tokens = try Opening(salt: World.salt("tokens"), data: TokenIDs.encode(choices))
      let (contentDigest, tokensDigest) = (try content.commitment(for: .content), try tokens.commitment(for: .tokens))
      world.execution = {
        ($0.content, $0.tokens) = (contentDigest, tokensDigest)
        $0.completionTokens = choices.map(\.count).reduce(0, +)
      }
      world.openings = { ($0[.content], $0[.tokens], $0[.activation], $0[.wire]) = (content, tokens, nil, nil) }
      return try world.report()
    }
    #expect(try report(limit: 3, choices: [[1, 2, 3]])[.content]?.state == .notChecked)
    #expect(try report(limit: 3, choices: [[1, 2, 3], [4]])[.content]?.state == .notChecked)
    let above = "a choice has more than the 2 that were allowed"
    #expect(try report(limit: 2, choices: [[1, 2, 3], []]).detail(.content).contains(above))
    var closed = World()
    closed.openings = { $0[.tokens] = nil }
    closed.body = Array(
      String(decoding: closed.body, as: UTF8.self).replacing("\"max_tokens\":16", with: "\"max_tokens\":2").utf8)
    #expect(try closed.report().detail(.content).contains("more than the 2 that were allowed"))
    closed.body = Array(
      String(decoding: closed.body, as: UTF8.self).replacing("\"max_tokens\":2", with: "\"max_tokens\":3").utf8)
    #expect(try closed.report().failed == [])
  }

  @Test func `a manifest whose signature is broken is nobody's`() throws {
    var bundle = try World().sealed().bundle
    var bytes = try #require(bundle.statements[.model])
    bytes[bytes.count - 1] ^= 1
    bundle.statements[.model] = bytes
    #expect(try BundleVerifier(policy: World.trust()).verify(bundle.encoded()).failed == [.signatures, .model])
    // Nor is it of use that another key is listed.
    var trust = try World.trust()
    trust.manifestSigners = [trust.issuers[0].keyID]
    #expect(try World().report(trust).failed == [.model])
  }
}
