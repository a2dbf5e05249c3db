/// One metadata value (GGUF specification, `gguf_metadata_value_t`).
public enum GGUFValue: Equatable, Sendable {
  case uint8(UInt8)
  case int8(Int8)
  case uint16(UInt16)
  case int16(Int16)
  case uint32(UInt32)
  case int32(Int32)
  case float32(Float)
  case bool(Bool)
  case string(String)
  case array([GGUFValue])
  case uint64(UInt64)
  case int64(Int64)
  case float64(Double)

  /// The value when it is any integer that fits in 64 signed bits.
  public var integer: Int64? {
    switch self {
    case .uint8(let value): Int64(value)
    case .int8(let value): Int64(value)
    case .uint16(let value): Int64(value)
    case .int16(let value): Int64(value)
    case .uint32(let value): Int64(value)
    case .int32(let value): Int64(value)
    case .uint64(let value): Int64(exactly: value)
    case .int64(let value): value
    default: nil
    }
  }

  /// The value when it is a float of either width.
  public var float: Double? {
    switch self {
    case .float32(let value): Double(value)
    case .float64(let value): value
    default: nil
    }
  }

  public var bool: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  public var string: String? {
    if case .string(let value) = self { value } else { nil }
  }

  public var array: [GGUFValue]? {
    if case .array(let value) = self { value } else { nil }
  }

  /// The elements when all of them are strings.
  public var strings: [String]? { elements(\.string) }

  /// The elements when all of them are integers.
  public var integers: [Int64]? { elements(\.integer) }

  /// The elements when all of them are floats.
  public var floats: [Double]? { elements(\.float) }

  private func elements<Element>(_ read: (GGUFValue) -> Element?) -> [Element]? {
    guard case .array(let values) = self else { return nil }
    var out: [Element] = []
    out.reserveCapacity(values.count)
    for value in values {
      guard let element = read(value) else { return nil }
      out.append(element)
    }
    return out
  }
}
