extension JSON {
  /// Compact JSON in UTF-8 that keeps the order of members and the literals of numbers. Not canonical: see `JCS`.
  ///
  /// The caller vouches for number literals and distinct names that did not come from the parser.
  public func serialized() -> [UInt8] {
    var out: [UInt8] = []
    append(to: &out)
    return out
  }

  /// `serialized()` as a string.
  public var text: String { String(decoding: serialized(), as: UTF8.self) }

  private func append(to out: inout [UInt8]) {
    switch self {
    case .null: out += "null".utf8
    case .bool(let value): out += (value ? "true" : "false").utf8
    case .number(let literal): out += literal.utf8
    case .string(let value): JSONString.append(value, to: &out)
    case .array(let items):
      out.append(UInt8(ascii: "["))
      for (at, item) in items.enumerated() {
        if at > 0 { out.append(UInt8(ascii: ",")) }
        item.append(to: &out)
      }
      out.append(UInt8(ascii: "]"))
    case .object(let members):
      out.append(UInt8(ascii: "{"))
      for (at, member) in members.enumerated() {
        if at > 0 { out.append(UInt8(ascii: ",")) }
        JSONString.append(member.name, to: &out)
        out.append(UInt8(ascii: ":"))
        member.value.append(to: &out)
      }
      out.append(UInt8(ascii: "}"))
    }
  }
}

/// A string in quotes with the fewest escapes (RFC 8785 section 3.2.2.2), which every JSON reader understands.
enum JSONString {
  static func append(_ text: String, to out: inout [UInt8]) {
    out.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): out += [UInt8(ascii: "\\"), byte]
      case 0x20...: out.append(byte)
      case 0x08: out += "\\b".utf8
      case 0x09: out += "\\t".utf8
      case 0x0a: out += "\\n".utf8
      case 0x0c: out += "\\f".utf8
      case 0x0d: out += "\\r".utf8
      default: out += ((byte < 0x10 ? "\\u000" : "\\u00") + String(byte, radix: 16)).utf8
      }
    }
    out.append(UInt8(ascii: "\""))
  }
}
