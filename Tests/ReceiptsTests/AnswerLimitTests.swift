import Codec
import Cryptography
import Testing

@testable import Receipts

/// Answers longer than was asked for, and a manifest that nobody signed.
@Suite struct AnswerLimitTests {
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
