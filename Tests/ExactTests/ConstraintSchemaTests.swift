import Codec
import Foundation
import TestKit
import Testing

@testable import Exact
@testable import ExactReference

@Suite struct ConstraintSchemaTests {
  /// With this variable, every pair of schema and answer is appended to the file that it names, one JSON object a line,
  /// for `Tests/Vectors/schemas/validate.py`.
  static let variable = "COLOPHON_SCHEMA_PAIRS"

  @Test func `every answer to 200 drawn schemas validates`() throws {
    let real = try ConstraintDriver.realVocabulary()
    let vocabularies = [
      (ConstraintDriver.synthetic, ConstraintDriver.trie), (real, TokenTrie(tokens: real)),
    ]
    var lines: [UInt8] = []
    for seed in 0..<200 as Range<UInt64> {
      var drawing = SchemaDrawing(seed: seed)
      let schema = drawing.document()
      let grammar = try OutputGrammar(schema: schema)
      for (tokens, trie) in vocabularies {
        for _ in 0..<2 {
          let shortest = try #require(GrammarState(grammar).bytesToComplete(trie))
          let limit = shortest + Int.random(in: 0...120, using: &drawing.random)
          let answer = try ConstraintDriver.write(grammar, tokens, trie, limit: limit, random: &drawing.random)
          let text = String(decoding: answer.bytes, as: UTF8.self)
          #expect(answer.isComplete && answer.tokenCount <= limit, "seed \(seed): \(text)")
          let value = try Self.parse(answer.bytes)
          let faults = SchemaValidator(root: schema).faults(value)
          #expect(faults.isEmpty, "seed \(seed): \(faults)\n\(schema.text)\n\(text)")
          let pair = JSON.object([JSONMember("schema", schema), JSONMember("answer", .string(text))])
          lines += pair.serialized() + [0x0a]
        }
      }
    }
    if let path = ProcessInfo.processInfo.environment[Self.variable] { try Data(lines).write(to: URL(filePath: path)) }
  }

  /// Parses an answer; where a schema leaves names open they may repeat, and the last value counts.
  static func parse(_ bytes: [UInt8]) throws -> JSON {
    do { return try JSON(parsing: bytes) } catch JSONError.duplicateName {
      func value(_ any: Any) -> JSON {
        switch any {
        case let list as [Any]: .array(list.map(value))
        case let members as [String: Any]: .object(members.map { JSONMember($0, value($1)) })
        case let text as String: .string(text)
        case is NSNull: .null
        case let number as NSNumber:
          CFNumberIsBoolean(number) ? .bool(number.boolValue) : .number("\(number)")
        default: .null
        }
      }
      return value(try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed))
    }
  }

  private static func CFNumberIsBoolean(_ number: NSNumber) -> Bool { String(cString: number.objCType) == "c" }
}
