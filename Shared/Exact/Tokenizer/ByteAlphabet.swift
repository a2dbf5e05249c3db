/// The GPT-2 byte alphabet: vocabularies spell each byte as one printable character.
///
/// Bytes 0x21-0x7e, 0xa1-0xac and 0xae-0xff are the characters of the same number; the other 68, in ascending order,
/// are U+0100 and up (so the space is U+0120, the newline U+010A).
enum ByteAlphabet {
  /// Scalar value of each byte.
  static let scalars: [UInt32] = {
    var next: UInt32 = 0x100
    return (0..<256).map { byte in
      switch byte {
      case 0x21...0x7e, 0xa1...0xac, 0xae...0xff: return UInt32(byte)
      default:
        defer { next += 1 }
        return next
      }
    }
  }()

  /// Byte of each scalar below 0x144, or -1.
  private static let bytes: [Int16] = {
    var table = [Int16](repeating: -1, count: 0x144)
    for (byte, scalar) in scalars.enumerated() { table[Int(scalar)] = Int16(byte) }
    return table
  }()

  /// Appends the bytes that well-formed UTF-8 spells; false when a character stands for no byte.
  static func decode(_ text: UnsafeBufferPointer<UInt8>, into spelled: inout [UInt8]) -> Bool {
    var offset = 0
    while offset < text.count {
      let lead = text[offset]
      var scalar = UInt32(lead)
      if lead >= 0x80 {
        // Two bytes reach U+07FF, more than the alphabet needs.
        guard lead < 0xe0, offset + 1 < text.count else { return false }
        scalar = UInt32(lead & 0x1f) << 6 | UInt32(text[offset + 1] & 0x3f)
        offset += 1
      }
      guard scalar < 0x144, case let byte = bytes[Int(scalar)], byte >= 0 else { return false }
      spelled.append(UInt8(byte))
      offset += 1
    }
    return true
  }
}
