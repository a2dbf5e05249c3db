/// One CBOR data item (RFC 8949) without floating-point numbers, which no signed format here may carry.
///
/// Equality is exact: text is compared by its bytes (Swift's own `==` would treat canonically equivalent strings as
/// one) and maps by their entries in order.
public indirect enum CBOR: Sendable, Equatable {
  /// Major type 0.
  case unsigned(UInt64)
  /// Major type 1: the number is -1 - n for the argument n.
  case negative(UInt64)
  case bytes([UInt8])
  case text(String)
  case array([CBOR])
  /// Entries in the order they were read or given; the encoder sorts them.
  case map([CBORPair])
  case tag(UInt64, CBOR)
  case bool(Bool)
  case null
  /// Other simple values: 0 to 19, 23 (undefined), 32 to 255.
  case simple(UInt8)

  public static func == (a: CBOR, b: CBOR) -> Bool {
    switch (a, b) {
    case (.unsigned(let x), .unsigned(let y)): x == y
    case (.negative(let x), .negative(let y)): x == y
    case (.bytes(let x), .bytes(let y)): x == y
    case (.text(let x), .text(let y)): x.hasSameBytes(as: y)
    case (.array(let x), .array(let y)): x == y
    case (.map(let x), .map(let y)): x == y
    case (.tag(let m, let x), .tag(let n, let y)): m == n && x == y
    case (.bool(let x), .bool(let y)): x == y
    case (.null, .null): true
    case (.simple(let x), .simple(let y)): x == y
    default: false
    }
  }
}

/// One entry of a CBOR map.
public struct CBORPair: Sendable, Equatable {
  public var key: CBOR
  public var value: CBOR

  public init(_ key: CBOR, _ value: CBOR) {
    self.key = key
    self.value = value
  }
}

extension CBOR {
  /// An integer of either sign.
  public static func int(_ value: Int64) -> CBOR {
    value >= 0 ? .unsigned(UInt64(value)) : .negative(UInt64(bitPattern: ~value))
  }

  /// The integer when it fits.
  public var intValue: Int64? {
    switch self {
    case .unsigned(let value): Int64(exactly: value)
    case .negative(let value): Int64(exactly: value).map { ~$0 }
    default: nil
    }
  }

  public var unsignedValue: UInt64? {
    if case .unsigned(let value) = self { value } else { nil }
  }

  public var bytesValue: [UInt8]? {
    if case .bytes(let value) = self { value } else { nil }
  }

  public var textValue: String? {
    if case .text(let value) = self { value } else { nil }
  }

  public var boolValue: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  public var arrayValue: [CBOR]? {
    if case .array(let value) = self { value } else { nil }
  }

  public var mapValue: [CBORPair]? {
    if case .map(let value) = self { value } else { nil }
  }

  /// The value of an entry of a map; nil for a missing key and for anything that is no map.
  public subscript(key: CBOR) -> CBOR? { mapValue?[key] }
}

extension [CBORPair] {
  /// The value of the entry with this key. Decoded maps have each key once.
  public subscript(key: CBOR) -> CBOR? {
    first { $0.key == key }?.value
  }
}

extension CBOR: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral, ExpressibleByBooleanLiteral
{
  public init(integerLiteral value: Int64) { self = .int(value) }
  public init(stringLiteral value: String) { self = .text(value) }
  public init(arrayLiteral elements: CBOR...) { self = .array(elements) }
  public init(dictionaryLiteral elements: (CBOR, CBOR)...) { self = .map(elements.map { CBORPair($0.0, $0.1) }) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension String {
  /// Equality of the UTF-8 bytes. `==` compares by canonical equivalence: "\u{212A}" (Kelvin) would equal "K", and a
  /// name that a signature covers could be met by a different one.
  func hasSameBytes(as other: String) -> Bool {
    utf8.elementsEqual(other.utf8)
  }
}
