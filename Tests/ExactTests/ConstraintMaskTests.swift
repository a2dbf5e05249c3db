import Codec
import Foundation
import TestKit
import Testing

@testable import Exact
@testable import ExactReference

@Suite struct ConstraintMaskTests {
  static let schemas = [
    #"{}"#, #"{"type":"object"}"#, #"{"type":"string","minLength":2,"maxLength":9}"#,
    #"{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"number"},"c":{"type":"array","items":{"type":"integer"}}},"required":["b"]}"#,
    #"{"anyOf":[{"type":"string","pattern":"^a\\d*é?$"},{"type":"array","items":{"type":["null","boolean","number"]},"maxItems":3}]}"#,
    ##"{"type":"object","properties":{"kind":{"enum":["a","ab","b"]},"next":{"anyOf":[{"$ref":"#"},{"type":"null"}]}},"required":["kind"],"additionalProperties":false}"##,
  ]

  @Test(arguments: schemas)
  func `a mask is what advancing by each token on a copy finds`(schema: String) throws {
    let tokens = ConstraintDriver.synthetic
    let trie = ConstraintDriver.trie
    let grammar = try ConstraintDriver.grammar(schema)
    var random = SplitMix64(state: 3)
    var mask = TokenMask(count: trie.count)
    var compared = 0
    for _ in 0..<4 {
      var state = GrammarState(grammar)
      for step in 0..<20 where !state.mustEnd {
        state.allowed(trie, endTokens: [ConstraintDriver.endToken], into: &mask)
        let all = mask
        if step % 3 == 0 {
          #expect(all == ConstraintDriver.mask(state, tokens, trie, remaining: nil))
          let budget = (state.bytesToComplete(trie) ?? 0) + Int.random(in: 0...6, using: &random)
          state.allowed(trie, endTokens: [ConstraintDriver.endToken], remaining: budget, into: &mask)
          #expect(mask == ConstraintDriver.mask(state, tokens, trie, remaining: budget))
          compared += 2
        }
        let next = all.tokens.filter { $0 != ConstraintDriver.endToken }.randomElement(using: &random)
        guard let next else { break }
        try state.advance(tokens[Int(next)] ?? [])
      }
    }
    #expect(compared >= 8)
  }

  @Test func `the same bytes give the same mask whatever was asked before`() throws {
    let tokens = ConstraintDriver.synthetic
    let trie = ConstraintDriver.trie
    let worn = try ConstraintDriver.grammar(Self.schemas[5])
    var random = SplitMix64(state: 9)
    for _ in 0..<20 {
      _ = try ConstraintDriver.write(worn, tokens, trie, limit: 200, random: &random)
    }
    let text = Array(#"{"kind": "ab","next":{"kind":"a"#.utf8)
    let grammars = [worn, try ConstraintDriver.grammar(Self.schemas[5])]
    let masks = try grammars.map { grammar in
      var state = GrammarState(grammar)
      // In one piece or byte by byte: no difference.
      if grammars.count == 2 { try state.advance(Array(text.prefix(4))) }
      try state.advance(Array(text.dropFirst(4)))
      var mask = TokenMask(count: trie.count)
      state.allowed(trie, endTokens: [0], remaining: 40, into: &mask)
      return mask
    }
    #expect(masks[0] == masks[1] && !masks[0].isEmpty)
  }

  @Test func `a full arena is left for a fresh one and changes nothing`() throws {
    let grammar = try ConstraintDriver.grammar(#"{"type":"string","maxLength":30000}"#)
    var state = GrammarState(grammar)
    try state.advance([0x22])
    for _ in 0..<25_000 { try state.advance([0x61]) }
    #expect(state.bytesToComplete(ConstraintDriver.trie) == 1)
    try state.advance(Array(repeating: 0x61, count: 5000))
    #expect(throws: GrammarError.rejected(byte: 0x61, offset: 0)) { try state.advance([0x61]) }
    try state.advance([0x22])
    #expect(state.mustEnd)
  }

  @Test func `an error leaves the state as it was`() throws {
    var state = GrammarState(try ConstraintDriver.grammar(#"{"enum":["ab","ac"]}"#))
    try state.advance(Array("\"a".utf8))
    #expect(throws: GrammarError.rejected(byte: 0x64, offset: 1)) { try state.advance(Array("bd".utf8)) }
    try state.advance(Array("c\"".utf8))
    #expect(state.isComplete && state.mustEnd)
  }

  @Test func `what a vocabulary cannot spell is not begun`() throws {
    let grammar = try ConstraintDriver.grammar(#"{"enum":["é","ab","abc"]}"#)
    let bytes: [[UInt8]?] = [nil] + Array("\"abc".utf8).map { [$0] } + [Array("\"é".utf8), [0xc3]]
    let trie = TokenTrie(tokens: bytes)
    let state = GrammarState(grammar)
    #expect(state.bytesToComplete(trie) == 4)
    var mask = TokenMask(count: trie.count)
    state.allowed(trie, endTokens: [0], into: &mask)
    #expect(mask.tokens == [1])
    let poor = TokenTrie(tokens: [nil, [0x61]])
    #expect(GrammarState(grammar).bytesToComplete(poor) == nil)
    GrammarState(grammar).allowed(poor, endTokens: [0], into: &mask)
    #expect(mask.isEmpty && mask.count == 2)
  }

  @Test func `tokens without bytes are never allowed and end tokens exactly where the answer is complete`() throws {
    let trie = TokenTrie(tokens: [nil, [], [0x31], [0x32], Array(repeating: 0x31, count: 5000)])
    var state = GrammarState(try ConstraintDriver.grammar(#"{"enum":[1,12]}"#))
    var mask = TokenMask(count: trie.count)
    state.allowed(trie, endTokens: [0], into: &mask)
    #expect(mask.tokens == [2])
    try state.advance([0x31])
    state.allowed(trie, endTokens: [0, 99], into: &mask)
    #expect(mask.tokens == [0, 3] && state.isComplete && !state.mustEnd)
    state.allowed(trie, endTokens: [0], remaining: 0, into: &mask)
    #expect(mask.tokens == [0])
  }

  /// Processor time of this thread: other work on the machine does not count.
  private func cpuTime(_ body: () -> Void) -> Duration {
    func now() -> Duration {
      var time = timespec()
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
      return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
    let start = now()
    body()
    return now() - start
  }

  private func report(_ what: String, _ times: [Duration]) {
    let sorted = times.sorted()
    guard let worst = sorted.last else { return }
    print("masks: \(sorted.count), median \(sorted[sorted.count / 2]), worst \(worst): \(what)")
  }

  /// Prints how long masks of the real vocabulary take; asserts only that answers are whole.
  @Test func `masks of the real vocabulary are made along answers`() throws {
    let tokens = try ConstraintDriver.realVocabulary()
    var trie = ConstraintDriver.trie
    let building = cpuTime { trie = TokenTrie(tokens: tokens) }
    var times: [Duration] = []
    var advances: [Duration] = []
    var random = SplitMix64(state: 11)
    for schema in Self.schemas {
      let grammar = try ConstraintDriver.grammar(schema)
      var mask = TokenMask(count: trie.count)
      let before = times.count
      defer { report(schema, Array(times[before...])) }
      for _ in 0..<4 {
        var state = GrammarState(grammar)
        for step in 0..<150 where !state.mustEnd {
          times.append(
            cpuTime { state.allowed(trie, endTokens: [0], remaining: 200 - step, into: &mask) })
          guard let id = mask.tokens.randomElement(using: &random), id != 0, let bytes = tokens[Int(id)] else { break }
          var failed = false
          advances.append(cpuTime { do { try state.advance(bytes) } catch { failed = true } })
          #expect(!failed)
        }
      }
    }
    #expect(times.count > 300)
    report("all", times)
    advances.sort()
    print("advance: median \(advances[advances.count / 2]); trie of \(trie.all.nodes.count) nodes in \(building)")
  }
}
