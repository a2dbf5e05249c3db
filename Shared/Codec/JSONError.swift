/// Why bytes are no JSON that this suite accepts, or a value has no canonical form. Offsets count from the first byte.
public enum JSONError: Error, Equatable, Sendable, CustomStringConvertible {
  case unexpectedEnd(offset: Int)
  case unexpectedByte(UInt8, offset: Int, wanted: String)
  case trailingBytes(offset: Int)
  case invalidUTF8(offset: Int)
  /// An unescaped control character in a string.
  case controlCharacter(UInt8, offset: Int)
  case badEscape(offset: Int)
  /// Half of a UTF-16 pair, which no Unicode text can hold.
  case loneSurrogate(offset: Int)
  case badNumber(offset: Int)
  /// A member name that its object already has (I-JSON, RFC 7493 section 2.3).
  case duplicateName(String, offset: Int)
  case limit(name: String, limit: Int, got: Int, offset: Int)
  /// The top level is no object, or has no such member, or it is of another kind.
  case noMember(String, wanted: String)
  /// A number that has no place in a signed payload: fraction, exponent, minus zero, leading zero, or 2^53 and beyond.
  case notCanonicalNumber(String)
  /// The bytes are JSON, but not the one canonical spelling of it (RFC 8785).
  case notCanonical(offset: Int)

  public var description: String {
    switch self {
    case .unexpectedEnd(let at): "JSON ends too early, at byte \(at)"
    case .unexpectedByte(let byte, let at, let wanted):
      "JSON at byte \(at): expected \(wanted), found \(Self.show(byte))"
    case .trailingBytes(let at): "JSON is followed by other bytes from byte \(at); give exactly one value"
    case .invalidUTF8(let at): "the JSON string at byte \(at) is not UTF-8"
    case .controlCharacter(let byte, let at): "JSON at byte \(at): \(Self.show(byte)) must be escaped in a string"
    case .badEscape(let at): "JSON at byte \(at): not an escape of RFC 8259 section 7"
    case .loneSurrogate(let at): "JSON at byte \(at): half of a surrogate pair; send the character itself"
    case .badNumber(let at): "JSON at byte \(at): not a number of RFC 8259 section 6"
    case .duplicateName(let name, let at): "JSON at byte \(at): the object already has a member '\(name.prefix(80))'"
    case .limit(let name, let limit, let got, let at): "JSON at byte \(at): \(name) is \(got), the limit is \(limit)"
    case .noMember(let name, let wanted): "JSON: the top level must be an object whose member '\(name)' is \(wanted)"
    case .notCanonicalNumber(let literal):
      "\(literal.prefix(80)) is no integer below 2^53 in canonical form; write wide numbers as decimal strings"
    case .notCanonical(let at): "JSON differs from its canonical form (RFC 8785) from byte \(at) on"
    }
  }

  private static func show(_ byte: UInt8) -> String {
    (0x21...0x7e).contains(byte) ? "'\(Character(Unicode.Scalar(byte)))'" : "byte \(byte)"
  }
}

/// What the parser allows before it allocates anything.
public struct JSONLimits: Sendable, Equatable {
  /// Bytes of the whole input.
  public var byteCountMax: Int
  /// Arrays and objects inside each other.
  public var depthMax: Int
  /// Values in total: each costs far more memory than its one byte.
  public var valueCountMax: Int

  public init(byteCountMax: Int = 16 << 20, depthMax: Int = 64, valueCountMax: Int = 1 << 20) {
    self.byteCountMax = byteCountMax
    self.depthMax = depthMax
    self.valueCountMax = valueCountMax
  }
}
