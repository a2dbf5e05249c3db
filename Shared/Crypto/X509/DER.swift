/// The few DER elements (X.690) that a key is written with.
enum DER {
  /// Tag, length and content; at most 65,535 bytes of content.
  static func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
    precondition(content.count < 65_536, "a DER element of this module is small")
    let count = content.count
    let length: [UInt8] =
      count < 128
      ? [UInt8(count)] : count < 256 ? [0x81, UInt8(count)] : [0x82, UInt8(count >> 8), UInt8(count & 255)]
    return [tag] + length + content
  }

  static func sequence(_ content: [UInt8]) -> [UInt8] { element(0x30, content) }

  /// An INTEGER from big-endian bytes without a sign.
  static func unsigned(_ bytes: [UInt8]) -> [UInt8] {
    let magnitude = bytes.drop { $0 == 0 }
    guard let first = magnitude.first else { return element(0x02, [0]) }
    return element(0x02, (first & 0x80 != 0 ? [0] : []) + magnitude)
  }
}
