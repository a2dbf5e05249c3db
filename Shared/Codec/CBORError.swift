/// Why bytes are no CBOR that this suite accepts, or a value has no encoding. Offsets count from the first byte.
public enum CBORError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The data ends inside an item, or a length claims more bytes than are left.
  case truncated(offset: Int)
  /// Bytes follow the one item that was asked for.
  case trailingBytes(offset: Int)
  /// A length or integer could be written with fewer bytes (RFC 8949 section 4.2.1).
  case notShortest(offset: Int)
  /// A string, array or map of indefinite length, or a break without one.
  case indefiniteLength(offset: Int)
  /// Map keys are not in the bytewise order of their encodings.
  case unsortedKeys(offset: Int)
  /// A map has one key twice.
  case duplicateKey(offset: Int)
  /// A text string is not UTF-8.
  case invalidText(offset: Int)
  /// A floating-point number; no format of this suite has one.
  case float(offset: Int)
  /// A reserved initial byte, or a simple value that must not be written that way.
  case reserved(offset: Int)
  /// Something crosses a limit of `CBORLimits`.
  case limit(name: String, limit: Int, got: Int, offset: Int)
  /// A well-formed item of another kind than the format at this place asks for.
  case unexpected(wanted: String, offset: Int)
  /// A value that cannot be encoded: a map with one key twice.
  case duplicateKeyInValue
  /// A value that cannot be encoded: this simple value is reserved or has its own case.
  case unencodableSimple(UInt8)
  /// A value that cannot be encoded: it is nested deeper than any decoder here accepts.
  case nestedTooDeep(limit: Int)

  public var description: String {
    switch self {
    case .truncated(let at): "CBOR ends inside the item at byte \(at)"
    case .trailingBytes(let at): "CBOR is followed by other bytes from byte \(at); give exactly one item"
    case .notShortest(let at): "CBOR at byte \(at) is not in its shortest form; encode deterministically"
    case .indefiniteLength(let at): "CBOR at byte \(at) has indefinite length; encode with definite lengths"
    case .unsortedKeys(let at): "the CBOR map key at byte \(at) is out of order; encode deterministically"
    case .duplicateKey(let at): "the CBOR map at byte \(at) has one key twice"
    case .invalidText(let at): "the CBOR text at byte \(at) is not UTF-8"
    case .float(let at): "CBOR at byte \(at) is a floating-point number, which is never accepted"
    case .reserved(let at): "CBOR at byte \(at) uses a reserved or malformed initial byte"
    case .limit(let name, let limit, let got, let at): "CBOR at byte \(at): \(name) is \(got), the limit is \(limit)"
    case .unexpected(let wanted, let at): "CBOR at byte \(at) should be \(wanted)"
    case .duplicateKeyInValue: "a CBOR map to encode has one key twice"
    case .unencodableSimple(let value): "simple value \(value) cannot be encoded; use bool or null for 20 to 22"
    case .nestedTooDeep(let limit): "a CBOR value to encode is nested deeper than \(limit) levels"
    }
  }
}

/// What a decoder allows before it allocates anything.
public struct CBORLimits: Sendable, Equatable {
  /// Bytes of the whole input.
  public var byteCountMax: Int
  /// Arrays, maps and tags inside each other.
  public var nestingMax: Int
  /// Data items in total: each costs far more memory than its one byte.
  public var itemCountMax: Int

  public init(byteCountMax: Int = 4 << 20, nestingMax: Int = 16, itemCountMax: Int = 1 << 18) {
    self.byteCountMax = byteCountMax
    self.nestingMax = nestingMax
    self.itemCountMax = itemCountMax
  }
}
