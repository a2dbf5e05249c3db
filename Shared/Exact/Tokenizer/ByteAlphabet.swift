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

  /// The bytes that `text` spells; nil when a character stands for no byte.
  static func bytes(of text: some StringProtocol) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      guard scalar.value < 0x144, case let byte = bytes[Int(scalar.value)], byte >= 0 else { return nil }
      result.append(UInt8(byte))
    }
    return result
  }
}
