import Codec
import TestKit
import Testing

@testable import Exact

/// Damaged templates end in an error or an output, never in a trap or a hang.
@Suite struct TemplateFuzzTests {
  /// Small, so that no mutation costs more than a moment.
  static let limits = TemplateLimits(steps: 1 << 14, textBytes: 1 << 16, elements: 1 << 12)

  @Test("random mutations of every template and construct are refused or rendered")
  func mutations() throws {
    let vectors = try TemplateVectors.load()
    let context = try vectors.context()
    let conversation = try vectors.conversation("several calls")
    var sources: [String] = try vectors.snippets().map(\.template)
    for member in vectors.json["templates"]?.objectValue ?? [] { sources.append(try vectors.text(member.name)) }
    let pieces = Self.pieces(of: sources)
    var random = SplitMix64(state: 20)
    var rendered = 0
    var refused = 0
    for round in 0..<12000 {
      let source = sources[round % sources.count]
      let text = Self.mutated(source, pieces, &random)
      do {
        let template = try ChatTemplate(text: text, limits: Self.limits)
        _ = try TemplateEvaluator.output(of: template.program, context, limits: Self.limits)
        _ = try template.text(of: conversation.messages, tools: template.acceptsTools ? conversation.tools : [])
        rendered += 1
      } catch {
        #expect(!error.description.isEmpty)
        refused += 1
      }
    }
    // Both happen often, or the test says nothing.
    #expect(rendered > 1000 && refused > 1000, "rendered \(rendered), refused \(refused)")
  }

  /// Words and signs that templates are made of.
  private static func pieces(of sources: [String]) -> [[UInt8]] {
    let signs = [
      "{{", "}}", "{%", "%}", "{#", "#}", "-%}", "{%-", "+%}", "\n", "'", "\"", "\\", "(", ")", "[", "]", ":", "|", "~",
      "0", "-1", "9223372036854775807", "\u{0}", "é", "\r",
    ]
    var words = Set<String>()
    for source in sources {
      for word in source.split(whereSeparator: { !$0.isLetter && $0 != "_" }) { words.insert(" \(word) ") }
    }
    return (signs + words.sorted()).map { Array($0.utf8) }
  }

  private static func mutated(_ source: String, _ pieces: [[UInt8]], _ random: inout SplitMix64) -> String {
    var bytes = Array(source.utf8)
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let at = Int.random(in: 0...bytes.count, using: &random)
      let end = min(bytes.count, at + Int.random(in: 0...12, using: &random))
      switch Int.random(in: 0..<4, using: &random) {
      case 0: bytes.removeSubrange(at..<end)
      case 1: bytes.insert(contentsOf: pieces[Int.random(in: 0..<pieces.count, using: &random)], at: at)
      case 2: bytes.insert(contentsOf: bytes[at..<end], at: Int.random(in: 0...bytes.count, using: &random))
      default: bytes.replaceSubrange(at..<end, with: pieces[Int.random(in: 0..<pieces.count, using: &random)])
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
