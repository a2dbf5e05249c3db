internal import Codec

/// Types of JSON values as JSON Schema (draft 2020-12, core section 4.2.1) names them; `number` is two of them.
struct SchemaTypes: OptionSet, Sendable, Hashable {
  let rawValue: UInt8

  init(rawValue: UInt8) { self.rawValue = rawValue }

  static let null = SchemaTypes(rawValue: 1)
  static let boolean = SchemaTypes(rawValue: 2)
  static let integer = SchemaTypes(rawValue: 4)
  /// Numbers that are no integers.
  static let fraction = SchemaTypes(rawValue: 8)
  static let string = SchemaTypes(rawValue: 16)
  static let array = SchemaTypes(rawValue: 32)
  static let object = SchemaTypes(rawValue: 64)

  static let number: SchemaTypes = [.integer, .fraction]
  static let all: SchemaTypes = [.null, .boolean, .number, .string, .array, .object]

  static let named: [String: SchemaTypes] = [
    "null": .null, "boolean": .boolean, "integer": .integer, "number": .number, "string": .string, "array": .array,
    "object": .object,
  ]

  /// The type of a value.
  init(of value: JSON) {
    switch value {
    case .null: self = .null
    case .bool: self = .boolean
    case .number(let literal): self = Decimal(literal)?.isInteger ?? false ? .integer : .fraction
    case .string: self = .string
    case .array: self = .array
    case .object: self = .object
    }
  }
}

extension JSON {
  /// Bytes that are equal for values that JSON Schema calls equal (core section 4.2.2): numbers by value, objects without
  /// order.
  var valueKey: [UInt8] {
    switch self {
    case .null, .bool, .string: return serialized()
    case .number(let literal):
      guard let value = Decimal(literal) else { return serialized() }
      return Array((value.isNegative ? "-" : "+").utf8) + value.whole + [0x2e] + value.fraction
    case .array(let items): return Self.joined(items.map(\.valueKey), open: "[")
    case .object(let members):
      let keys = members.map { Self.joined([JSON.string($0.name).serialized(), $0.value.valueKey], open: ":") }
      return Self.joined(keys.sorted { $0.lexicographicallyPrecedes($1) }, open: "{")
    }
  }

  /// Parts with their lengths, so that no two lists look alike.
  private static func joined(_ parts: [[UInt8]], open: String) -> [UInt8] {
    parts.reduce(into: Array("\(open)\(parts.count)".utf8)) { $0 += Array(",\($1.count):".utf8) + $1 }
  }
}
