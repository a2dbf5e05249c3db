/// A UUIDv7 (RFC 9562 section 5.7) in its text form: the id of a receipt, and the `sub` of every statement about it.
public struct ReceiptID: Hashable, Sendable, CustomStringConvertible {
  public let bytes: [UInt8]

  /// - Parameters:
  ///   - unixMs: 48 bits of it are used.
  ///   - random: 10 bytes, of which 74 bits are used.
  public init(unixMs: UInt64, random: [UInt8]) {
    var bytes = [UInt8](repeating: 0, count: 16)
    for i in 0..<6 { bytes[i] = UInt8(truncatingIfNeeded: unixMs >> (40 - 8 * UInt64(i))) }
    for (i, byte) in random.prefix(10).enumerated() { bytes[6 + i] = byte }
    bytes[6] = bytes[6] & 0x0F | 0x70
    bytes[8] = bytes[8] & 0x3F | 0x80
    self.bytes = bytes
  }

  /// The milliseconds since 1970 that it states.
  public var unixMs: UInt64 { bytes[..<6].reduce(0) { $0 << 8 | UInt64($1) } }

  /// Accepts the canonical lower-case form alone.
  public init?(_ text: String) {
    let groups = text.split(separator: "-", omittingEmptySubsequences: false)
    guard groups.map(\.utf8.count) == [8, 4, 4, 4, 12] else { return nil }
    var bytes: [UInt8] = []
    let digits = Array(groups.joined().utf8)
    for i in stride(from: 0, to: digits.count, by: 2) {
      guard let high = Self.nibble(digits[i]), let low = Self.nibble(digits[i + 1]) else { return nil }
      bytes.append(high << 4 | low)
    }
    guard bytes[6] >> 4 == 7, bytes[8] >> 6 == 2 else { return nil }
    self.bytes = bytes
  }

  private static func nibble(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    default: nil
    }
  }

  public var description: String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for (i, byte) in bytes.enumerated() {
      if [4, 6, 8, 10].contains(i) { text.append(UInt8(ascii: "-")) }
      text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
    return String(decoding: text, as: UTF8.self)
  }
}
