import Codec
import Cryptography
import Testing

@testable import Receipts

/// Everything that is read from JSON, with one thing changed anywhere in it, however deep.
@Suite struct SpoiltTests {
  private func refused(_ what: String, _ json: JSON, read: (JSON) throws -> Void) throws {
    try read(json)
    for (place, spoilt) in json.spoilt(what) {
      #expect(throws: ReceiptError.self, "\(place)") { try read(spoilt) }
    }
  }

  private func parameters(_ members: String) throws -> EffectiveParameters {
    let body = #"{"model":"m","messages":[{"role":"user","content":"hi"}],\#(members)}"#
    return EffectiveParameters(try ChatRequest(body: Array(body.utf8)).parameters, drawnSeed: 1, room: 9)
  }

  @Test func `a predicate`() throws {
    var worlds = [World(), World(), try DocumentTests.world()]
    worlds[1].streamed = true
    let full = try parameters(
      #""stop":["x"],"n":2,"logit_bias":{"7":-1,"9":1},"tools":[\#(OutputParameterTests.tool)],"parallel_tool_calls":false,"#
        + #""logprobs":true,"presence_penalty":1,"frequency_penalty":1,"repetition_penalty":2,"user":"u""#)
    worlds[1].execution = { $0.parameters = full }
    for world in worlds {
      for (kind, signed) in try world.sealed().statements {
        try refused(kind.rawValue, signed.statement.predicate) { predicate in
          let claims = signed.statement
          try Statement(
            kind: kind, issuer: claims.issuer, subject: claims.subject, subjectDigest: claims.subjectDigest,
            issuedAt: claims.issuedAt, predicate: predicate
          ).checkPredicate()
        }
      }
    }
  }

  @Test func `what only some predicates have`() throws {
    let digest = SHA256.hash([1])
    let verdict = VerdictPredicate(
      receiptID: World.id, profile: "exact/1", execution: digest, result: .fail, positions: 3, firstPosition: 2,
      finding: "f", supersedes: Superseded(number: 1, verdict: digest, reason: "r"))
    try refused("verdict", verdict.json) { _ = try VerdictPredicate($0) }
    for policy in [VerificationPolicy.sample(basisPoints: 500), .onDemand, .never] {
      let receipt = ReceiptPredicate(
        receiptID: World.id, outcome: .answered, sequence: 1, request: digest,
        statements: .init(execution: digest, custody: nil, attribution: nil, verdict: nil), delivery: .body(digest),
        errorCode: nil, priceNano: 0, acceptedUnixMs: 0, verification: policy)
      try refused("receipt", receipt.json) { _ = try ReceiptPredicate($0) }
    }
    let failed = ReceiptPredicate(
      receiptID: World.id, outcome: .failed, sequence: 1, request: digest, statements: nil, delivery: nil,
      errorCode: "x", priceNano: 0, acceptedUnixMs: 0)
    try refused("receipt", failed.json) { _ = try ReceiptPredicate($0) }
    let key = try KeyPredicate(keyID: digest, kinds: [.key], fromIndex: 1, toIndex: 2, replaces: SHA256.hash([2]))
    try refused("key", key.json) { _ = try KeyPredicate($0) }
    let draw = DrawPredicate(number: 1, seed: digest, within: 2)
    try refused("draw", draw.json) { _ = try DrawPredicate($0) }
    let reveal = RevealPredicate(number: 1, draw: digest, last: 2, seed: digest.bytes, checkpoint: "c")
    try refused("reveal", reveal.json) { _ = try RevealPredicate($0) }
    let epoch = try #require(EpochPredicate(keyID: digest, first: 1, receipts: [digest]))
    try refused("epoch", epoch.json) { _ = try EpochPredicate($0) }
    let tombstone = try TombstonePredicate(blob: digest, bytes: 1, reason: "r", erasedUnixMs: 1)
    try refused("tombstone", tombstone.json) { _ = try TombstonePredicate($0) }
  }

  @Test func `a bundle, a proof, an answer and a trust policy`() throws {
    let bundle = try Registered().bundle()
    try refused("bundle", JCS.parse(bundle.encoded())) { _ = try Bundle(JCS.encode($0)) }
    let later = try #require(bundle.registered[.verdict])
    var superseded = bundle
    superseded.superseding = [later]
    superseded.timestamp = [1, 2]
    let bare = try JCS.parse(bundle.encoded()).with(["superseding"], [])
    #expect(throws: ReceiptError.self) { try Bundle(JCS.encode(bare)) }
    try refused("bundle", JCS.parse(superseded.encoded())) { _ = try Bundle(JCS.encode($0)) }
    let proof = EpochProof(
      receiptID: World.id, sequence: 1, receipt: SHA256.hash([1]), path: [SHA256.hash([2])], epoch: [1], tlogProof: "p")
    try refused("epoch proof", proof.json) { _ = try EpochProof($0.serialized()) }
    let opening = try Opening(salt: World.salt("scores"), data: DocumentScores.data([-9, -5, -7, -1]))
    let sources = [DocumentSource(contributor: "ada", asset: "a"), DocumentSource(contributor: "bob")]
    let line = try #require(try DocumentScores(opening, sources: sources).proof(of: 0))
    try refused("score proof", line.json) { _ = try LineProof<ScoreLine>($0) }
    let spans = try AnswerSpans(
      Opening(salt: World.salt("spans"), data: SpanCheckTests.encoded([SpanCheckTests.line(0, 0, 2)])),
      of: [World.text])
    try refused("span proof", #require(spans.proof(of: 0)).json) { _ = try LineProof<SpanLine>($0) }
    let nearest = try NearestCheckTests.nearest([NearestCheckTests.line(0, 5)])
    try refused("nearest proof", #require(nearest.proof(of: 0)).json) { _ = try LineProof<NearestLine>($0) }
    let call = AnswerContent.ToolCall(id: "c", name: "f", arguments: "{}")
    let content = AnswerContent(choices: [.init(index: 0, text: "x", toolCalls: [call], finishReason: .stop)])
    try refused("content", JCS.parse(content.encoded())) { _ = try AnswerContent(JCS.encode($0)) }
    var trust = try World.trust(witnesses: 1, quorum: 1)
    trust.manifestDigests = [SHA256.hash([1])]
    trust.attributionPolicies = [SHA256.hash([2])]
    trust.tee = .init(
      kinds: [.simulated, .tdx, .sevSNP], roots: [.simulated: [try World.key("root").publicKey.raw]],
      measurements: [.simulated: ["measurement": ["00"]]], tcbStatuses: [.tdx: [.upToDate]],
      tcbMinimum: [.sevSNP: [.snp: 8]])
    trust.timestampRoots = try TestAuthority().roots
    try refused("trust", trust.json) { _ = try TrustPolicy(JCS.encode($0)) }
  }
}

extension JSON {
  /// Each object of it with a member more, and each value replaced by one of another kind; with where that was.
  func spoilt(_ place: String) -> [(place: String, json: JSON)] {
    var found: [(String, JSON)] = [("\(place) of another kind", boolValue == nil ? true : "true")]
    if let members = objectValue {
      found.append(("\(place) with a member more", .object(members + [JSONMember("unknown", 1)])))
      for at in members.indices {
        for (inner, json) in members[at].value.spoilt("\(place).\(members[at].name)") {
          var edited = members
          edited[at] = JSONMember(members[at].name, json)
          found.append((inner, .object(edited)))
        }
      }
    } else if let values = arrayValue {
      for at in values.indices {
        for (inner, json) in values[at].spoilt("\(place)[\(at)]") {
          var edited = values
          edited[at] = json
          found.append((inner, .array(edited)))
        }
      }
    }
    return found
  }
}
