/// Hexadecimal text. Writes lower case; reads both cases, so that other tools' spellings are understood.
public enum Hex {
  private static let digits = [UInt8]("0123456789abcdef".utf8)

  /// Two lower-case digits a byte.
  public static func encode(_ bytes: [UInt8]) -> String {
    String(unsafeUninitializedCapacity: bytes.count * 2) { out in
      var at = 0
      for byte in bytes {
        out[at] = digits[Int(byte >> 4)]
        out[at + 1] = digits[Int(byte & 15)]
        at += 2
      }
      return at
    }
  }

  /// The bytes, or nil when the text has an odd length or holds anything but hexadecimal digits.
  public static func decode(_ text: String) -> [UInt8]? {
    let input = Array(text.utf8)
    guard input.count.isMultiple(of: 2) else { return nil }
    var out: [UInt8] = []
    out.reserveCapacity(input.count / 2)
    for at in stride(from: 0, to: input.count, by: 2) {
      guard let high = value(input[at]), let low = value(input[at + 1]) else { return nil }
      out.append(high << 4 | low)
    }
    return out
  }

  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case 0x30...0x39: digit - 0x30
    case 0x61...0x66: digit - 0x61 + 10
    case 0x41...0x46: digit - 0x41 + 10
    default: nil
    }
  }
}
