import Exact
import Foundation
import TestKit
import Testing

@testable import ExactReference

@Suite struct ConstraintDriverTests {
  @Test func `any answer in JSON mode is one object`() throws {
    let grammar = try OutputGrammar.json
    var random = SplitMix64(state: 1)
    for round in 0..<100 {
      let limit = Int.random(in: 2...300, using: &random)
      let answer = try ConstraintDriver.write(
        grammar, ConstraintDriver.synthetic, ConstraintDriver.trie, limit: limit, random: &random)
      #expect(answer.isComplete && answer.tokenCount <= limit, "round \(round)")
      let object = try JSONSerialization.jsonObject(with: Data(answer.bytes))
      #expect(object is [String: Any], "\(String(decoding: answer.bytes, as: UTF8.self))")
    }
  }

  @Test func `a limit of tokens below the shortest answer still takes a shortest way`() throws {
    let grammar = try ConstraintDriver.grammar(#"{"const":"abcabcabc"}"#)
    var random = SplitMix64(state: 2)
    let answer = try ConstraintDriver.write(
      grammar, ConstraintDriver.synthetic, ConstraintDriver.trie, limit: 6, random: &random)
    #expect(answer.isComplete, "\(answer)")
  }
}
