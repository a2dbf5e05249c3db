extension JSONParser {
  /// Reads a string (RFC 8259 section 7); the opening quote is at `offset`.
  mutating func string() throws(JSONError) -> String {
    offset += 1
    let start = offset
    while true {
      let byte = try peek()
      if byte == UInt8(ascii: "\"") {
        defer { offset += 1 }
        return try text(bytes[start..<offset], start)
      }
      if byte == UInt8(ascii: "\\") { return try escapedString(start) }
      guard byte >= 0x20 else { throw .controlCharacter(byte, offset: offset) }
      offset += 1
    }
  }

  /// Continues at the first backslash of a string that began at `start`.
  private mutating func escapedString(_ start: Int) throws(JSONError) -> String {
    var out = [UInt8](bytes[start..<offset])
    while true {
      let byte = try peek()
      switch byte {
      case UInt8(ascii: "\""):
        offset += 1
        return try text(out[...], start)
      case UInt8(ascii: "\\"):
        let scalar = try escape()
        out += String(Character(scalar)).utf8
      case 0..<0x20: throw .controlCharacter(byte, offset: offset)
      default:
        out.append(byte)
        offset += 1
      }
    }
  }

  private func text(_ slice: ArraySlice<UInt8>, _ start: Int) throws(JSONError) -> String {
    guard let text = String(validating: slice, as: UTF8.self) else { throw .invalidUTF8(offset: start) }
    return text
  }

  /// Reads one escape, or the two that make a surrogate pair.
  private mutating func escape() throws(JSONError) -> Unicode.Scalar {
    let start = offset
    offset += 1
    let kind = try peek()
    offset += 1
    switch kind {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(kind)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): break
    default: throw .badEscape(offset: start)
    }
    let unit = try hexUnit(start)
    if let scalar = Unicode.Scalar(unit) { return scalar }
    // What is no scalar is a surrogate: a leading one needs its trailing one at once.
    guard unit < 0xdc00, offset + 1 < bytes.count, bytes[offset] == UInt8(ascii: "\\"),
      bytes[offset + 1] == UInt8(ascii: "u")
    else { throw .loneSurrogate(offset: start) }
    offset += 2
    let trail = try hexUnit(start)
    guard (0xdc00...0xdfff).contains(trail),
      let scalar = Unicode.Scalar(0x10000 + (UInt32(unit) - 0xd800) << 10 + (UInt32(trail) - 0xdc00))
    else { throw .loneSurrogate(offset: start) }
    return scalar
  }

  private mutating func hexUnit(_ start: Int) throws(JSONError) -> UInt16 {
    guard bytes.count - offset >= 4 else { throw .badEscape(offset: start) }
    var unit: UInt16 = 0
    for byte in bytes[offset..<offset + 4] {
      switch byte {
      case 0x30...0x39: unit = unit << 4 | UInt16(byte - 0x30)
      case 0x41...0x46, 0x61...0x66: unit = unit << 4 | UInt16((byte | 0x20) - 0x61 + 10)
      default: throw .badEscape(offset: start)
      }
    }
    offset += 4
    return unit
  }
}
