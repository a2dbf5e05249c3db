import Codec
import TestKit

@testable import Exact

/// Schemas drawn at random, all of which some value satisfies.
struct SchemaDrawing {
  var random: SplitMix64
  /// Names of the definitions that may be referred to.
  private var definitions: [String] = []

  init(seed: UInt64) { random = SplitMix64(state: seed) }

  private mutating func below(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }

  mutating func document() -> JSON {
    definitions = ["leaf", "node"]
    var members = object(depth: 0)
    members.append(
      JSONMember(
        "$defs",
        [
          "leaf": scalar(),
          "node": [
            "type": "object",
            "properties": [
              "value": scalar(), "children": ["type": "array", "items": ["$ref": "#/$defs/node"], "maxItems": 3],
              "next": ["anyOf": [["$ref": "#/$defs/node"], ["type": "null"]]],
            ], "required": ["value"], "additionalProperties": false,
          ],
        ]))
    return .object(members)
  }

  private mutating func schema(depth: Int) -> JSON {
    switch below(depth >= 4 ? 6 : 12) {
    case 0...4: return scalar()
    case 5: return ["$ref": .string("#/$defs/\(definitions[below(definitions.count)])")]
    case 6, 7: return .object(object(depth: depth + 1))
    case 8: return array(depth: depth + 1)
    case 9: return ["anyOf": .array((0...below(3)).map { _ in schema(depth: depth + 1) })]
    case 10:
      return [
        "oneOf": .array(
          (0...below(3)).map { kind in
            [
              "type": "object", "properties": ["kind": ["const": .integer(kind)], "data": schema(depth: depth + 1)],
              "required": ["kind"], "additionalProperties": false,
            ]
          })
      ]
    default: return ["allOf": [scalarObject("a"), scalarObject("b")]]
    }
  }

  private mutating func scalarObject(_ name: String) -> JSON {
    ["type": "object", "properties": .object([JSONMember(name, scalar())]), "required": [.string(name)]]
  }

  private mutating func object(depth: Int) -> [JSONMember] {
    let names = ["p0", "name", "p1", "value \"q\"", "漢字", "kind", "p2", "a\\b"].prefix(below(8) + 1)
    var members = [
      JSONMember("type", below(6) == 0 && depth > 0 ? ["object", "null"] : "object"),
      JSONMember("properties", .object(names.map { JSONMember($0, schema(depth: depth)) })),
      JSONMember("required", .array(names.filter { _ in below(2) == 0 }.map { .string($0) })),
    ]
    switch below(4) {
    case 0: break
    case 1: members.append(JSONMember("additionalProperties", scalar()))
    default: members.append(JSONMember("additionalProperties", false))
    }
    if below(3) == 0 { members.append(JSONMember("description", "drawn")) }
    return members
  }

  private mutating func array(depth: Int) -> JSON {
    var members = [JSONMember("type", "array"), JSONMember("items", schema(depth: depth))]
    if below(3) == 0 { members.append(JSONMember("prefixItems", [scalar(), scalar()])) }
    let low = below(3)
    if below(2) == 0 { members.append(JSONMember("minItems", .integer(low))) }
    if below(2) == 0 { members.append(JSONMember("maxItems", .integer(low + below(4)))) }
    return .object(members)
  }

  private mutating func scalar() -> JSON {
    switch below(12) {
    case 0: return ["type": "boolean"]
    case 1: return ["type": "null"]
    case 2: return ["type": ["string", "integer", "null"]]
    case 3: return ["enum": ["red", "green", 1, .number("2.5"), .null, ["x", true], ["k": "v"], "é\n"]]
    case 4: return integer()
    case 5: return number()
    case 6:
      let low = below(5)
      return ["type": "string", "minLength": .integer(low), "maxLength": .integer(low + below(20))]
    case 7:
      let patterns = [
        "^[a-z]+$", "^\\d{3}-\\d{4}$", "x", "^(foo|bar)*baz?$", "^[^a-c\"]{2,5}$", "^\\w+@\\w+\\.com$", "^.$", "a.c",
      ]
      return ["type": "string", "pattern": .string(patterns[below(patterns.count)])]
    case 8:
      let formats = StringFormat.patterns.keys.sorted()
      return ["type": "string", "format": .string(formats[below(formats.count)])]
    case 9: return ["const": .string("fixed \(below(9))")]
    case 10: return ["type": "string", "title": "free"]
    default: return ["type": "number"]
    }
  }

  private mutating func integer() -> JSON {
    var members = [JSONMember("type", "integer")]
    let low = Int.random(in: -3000...3000, using: &random)
    if below(2) == 0 { members.append(JSONMember(below(3) == 0 ? "exclusiveMinimum" : "minimum", .integer(low))) }
    if below(2) == 0 {
      members.append(JSONMember(below(3) == 0 ? "exclusiveMaximum" : "maximum", .integer(low + 12 + below(5000))))
    }
    if below(3) == 0 { members.append(JSONMember("multipleOf", .integer(1 + below(10)))) }
    return .object(members)
  }

  private mutating func number() -> JSON {
    let low = Double(Int.random(in: -4000...4000, using: &random)) / 16
    var members = [JSONMember("type", "number")]
    if below(2) == 0 { members.append(JSONMember(below(2) == 0 ? "exclusiveMinimum" : "minimum", .number("\(low)"))) }
    if below(2) == 0 {
      let high = low + Double(1 + below(900)) / 64
      members.append(JSONMember(below(2) == 0 ? "exclusiveMaximum" : "maximum", .number("\(high)")))
    }
    return .object(members)
  }
}
