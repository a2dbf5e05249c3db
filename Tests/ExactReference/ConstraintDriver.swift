import Codec
import TestKit

@testable import Exact

/// Vocabularies, and writers of answers that know nothing but the mask.
enum ConstraintDriver {
  static let endToken: UInt32 = 0

  /// 256 single bytes and some thousand tokens that cross every border of JSON, UTF-8 and white space.
  static let synthetic: [[UInt8]?] = {
    var tokens: [[UInt8]?] = [nil] + (0...255).map { [UInt8($0)] }
    var seen: Set<[UInt8]> = []
    var random = SplitMix64(state: 7)
    let pieces = [
      "\"", "\":", "\": ", "\",", ", \"", "{\"", "\"}", "}", "{}", "[]", "[", "]", "],", ",", " ", "  ", "\n", "\n  ",
      "},{",
      "null", "true", "false", "nu", "ll", "tr", "ue", "0", "00", "12", "345", "-", "-1", ".", ".5", "e", "e+", "E-1",
      "a",
      "b", "abc", "the", " cat", "name", "é", "ü", "漢", "字", "😀", "\\", "\\n", "\\u", "00e9", "ud83d", "\\ude00", "d8",
      "kind", "value", "p0", "p1", "p2", "T", ":", "Z", "@", "example", ".com", "2024-", "01", "_", "\t", "\u{7f}",
    ]
    while seen.count < 4000 {
      let count = Int.random(in: 1...3, using: &random)
      var bytes = (0..<count).flatMap { _ in Array((pieces.randomElement(using: &random) ?? "").utf8) }
      // Cut characters: tokens need not hold whole ones.
      if Int.random(in: 0..<6, using: &random) == 0 {
        bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
      }
      if Int.random(in: 0..<6, using: &random) == 0 {
        bytes.removeFirst(Int.random(in: 0..<bytes.count, using: &random))
      }
      if bytes.count > 1, seen.insert(bytes).inserted { tokens.append(bytes) }
    }
    // Two tokens of the same bytes, as a vocabulary with byte fallback has them.
    return tokens + [[0x41], [0x22], nil, []]
  }()

  static let trie = TokenTrie(tokens: synthetic)

  /// The vocabulary of the real model; control tokens spell nothing.
  static func realVocabulary() throws -> [[UInt8]?] {
    let vocabulary = try Vocabulary(metadata: ModelFixture.file().metadata)
    return vocabulary.kinds.enumerated().map { $1 == .normal ? vocabulary.bytes(of: UInt32($0)) : nil }
  }

  struct Answer {
    var bytes: [UInt8]
    var tokenCount: Int
    /// It ended by itself or by an end token, not by the limit.
    var isComplete: Bool
  }

  enum Fault: Error { case emptyMask(after: String), endOutOfPlace(after: String) }

  /// Draws allowed tokens until the answer must end, an end token is drawn, or `limit` tokens are written.
  static func write(
    _ grammar: OutputGrammar, _ tokens: [[UInt8]?], _ trie: TokenTrie, limit: Int, budgeted: Bool = true,
    random: inout SplitMix64
  ) throws -> Answer {
    var state = GrammarState(grammar)
    var mask = TokenMask(count: trie.count)
    var answer = Answer(bytes: [], tokenCount: 0, isComplete: false)
    // Some writers like short tokens, some any, some end as soon as they may.
    let style = Int.random(in: 0..<3, using: &random)
    while !state.mustEnd {
      if answer.tokenCount == limit {
        answer.isComplete = state.isComplete
        return answer
      }
      state.allowed(
        trie, endTokens: [endToken], remaining: budgeted ? limit - answer.tokenCount : nil, into: &mask)
      guard !mask.isEmpty else { throw Fault.emptyMask(after: String(decoding: answer.bytes, as: UTF8.self)) }
      if mask.contains(endToken) != state.isComplete {
        throw Fault.endOutOfPlace(after: String(decoding: answer.bytes, as: UTF8.self))
      }
      let token =
        if style == 2, state.isComplete { endToken } else {
          draw(mask, tokens, structural: style == 1, random: &random)
        }
      if token == endToken { break }
      try state.advance(tokens[Int(token)] ?? [])
      answer.bytes += tokens[Int(token)] ?? []
      answer.tokenCount += 1
    }
    answer.isComplete = true
    return answer
  }

  /// One of the allowed tokens; of structural ones, those that close or separate, if some are found.
  private static func draw(
    _ mask: TokenMask, _ tokens: [[UInt8]?], structural: Bool, random: inout SplitMix64
  ) -> UInt32 {
    for attempt in 0..<200 {
      let id = UInt32.random(in: 0..<UInt32(mask.count), using: &random)
      guard mask.contains(id) else { continue }
      let closes = (tokens[Int(id)] ?? []).contains { [0x22, 0x7d, 0x5d, 0x2c].contains($0) }
      if !structural || closes || attempt > 150 { return id }
    }
    return mask.tokens.randomElement(using: &random) ?? endToken
  }

  static func json(_ text: String) throws -> JSON { try JSON(parsing: Array(text.utf8)) }

  static func grammar(_ text: String) throws -> OutputGrammar { try OutputGrammar(schema: json(text)) }

  /// Whether the grammar of a schema takes `text` as a whole answer.
  static func accepts(_ grammar: OutputGrammar, _ text: String) -> Bool {
    var state = GrammarState(grammar)
    do { try state.advance(Array(text.utf8)) } catch { return false }
    return state.isComplete
  }
}
