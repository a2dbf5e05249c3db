/// The DER form of an ECDSA signature, which libcrypto verifies, from the fixed form that COSE and hardware write.
enum ECDSASignature {
  /// SEQUENCE { r INTEGER, s INTEGER } from r ‖ s, big-endian, of half the length each (32 bytes for P-256, 48 for
  /// P-384); nil for another length and when r or s is zero.
  static func der(_ signature: [UInt8], length: Int = 64) -> [UInt8]? {
    let half = length / 2
    guard signature.count == length, let r = integer(signature[0..<half]), let s = integer(signature[half...]) else {
      return nil
    }
    // At most 2 * 51 bytes, so every length fits its short form.
    return [0x30, UInt8(r.count + s.count)] + r + s
  }

  private static func integer(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
    let magnitude = bytes.drop { $0 == 0 }
    guard let first = magnitude.first else { return nil }
    let body = (first & 0x80 != 0 ? [0] : []) + magnitude
    return [0x02, UInt8(body.count)] + body
  }
}
