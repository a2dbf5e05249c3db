/// One JSON value (RFC 8259). Numbers keep the literal received, members keep their order.
///
/// Equality is exact: strings and names by their bytes, numbers by their literals, members in order.
public indirect enum JSON: Sendable, Equatable {
  case null
  case bool(Bool)
  /// The literal as received: `1.50` stays `1.50`.
  case number(String)
  case string(String)
  case array([JSON])
  case object([JSONMember])

  public static func == (a: JSON, b: JSON) -> Bool {
    switch (a, b) {
    case (.null, .null): true
    case (.bool(let x), .bool(let y)): x == y
    case (.number(let x), .number(let y)): x.hasSameBytes(as: y)
    case (.string(let x), .string(let y)): x.hasSameBytes(as: y)
    case (.array(let x), .array(let y)): x == y
    case (.object(let x), .object(let y)): x == y
    default: false
    }
  }
}

/// One member of an object.
public struct JSONMember: Sendable, Equatable {
  public var name: String
  public var value: JSON

  public init(_ name: String, _ value: JSON) {
    self.name = name
    self.value = value
  }

  public static func == (a: JSONMember, b: JSONMember) -> Bool {
    a.name.hasSameBytes(as: b.name) && a.value == b.value
  }
}

extension JSON {
  /// An integer as a JSON number. In signed payloads only below 2^53: see `decimal`.
  public static func integer(_ value: some BinaryInteger) -> JSON { .number(String(value)) }

  /// An integer of 64 bits or wider as a decimal string (FORMAT section 1).
  public static func decimal(_ value: some BinaryInteger) -> JSON { .string(String(value)) }

  /// The value of a member; nil for a missing one and for anything that is no object. Names match by their bytes.
  public subscript(name: String) -> JSON? {
    objectValue?.first { $0.name.hasSameBytes(as: name) }?.value
  }

  /// The element of an array; nil outside it and for anything that is no array.
  public subscript(index: Int) -> JSON? {
    guard case .array(let items) = self, items.indices.contains(index) else { return nil }
    return items[index]
  }

  public var isNull: Bool { self == .null }

  public var boolValue: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  public var stringValue: String? {
    if case .string(let value) = self { value } else { nil }
  }

  /// The literal of a number, as received.
  public var numberLiteral: String? {
    if case .number(let literal) = self { literal } else { nil }
  }

  /// The number when its literal is an integer (no fraction, no exponent) that fits.
  public var intValue: Int64? { numberLiteral.flatMap { Int64($0) } }

  /// The number of a decimal string in its one spelling: digits only, no leading zero.
  public var decimalValue: UInt64? {
    guard let text = stringValue, let value = UInt64(text), text.hasSameBytes(as: String(value)) else { return nil }
    return value
  }

  public var arrayValue: [JSON]? {
    if case .array(let items) = self { items } else { nil }
  }

  public var objectValue: [JSONMember]? {
    if case .object(let members) = self { members } else { nil }
  }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral, ExpressibleByBooleanLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int64) { self = .integer(value) }
  public init(arrayLiteral elements: JSON...) { self = .array(elements) }
  public init(dictionaryLiteral elements: (String, JSON)...) {
    self = .object(elements.map { JSONMember($0.0, $0.1) })
  }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
}
