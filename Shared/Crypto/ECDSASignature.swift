/// The DER form of an ECDSA signature, which libcrypto verifies, from the fixed form that COSE carries.
enum ECDSASignature {
  /// SEQUENCE { r INTEGER, s INTEGER } from r ‖ s of 32 bytes each; nil when r or s is zero.
  static func der(_ signature: [UInt8]) -> [UInt8]? {
    guard signature.count == 64, let r = integer(signature[0..<32]), let s = integer(signature[32..<64]) else {
      return nil
    }
    // At most 2 * 35 bytes, so every length fits its short form.
    return [0x30, UInt8(r.count + s.count)] + r + s
  }

  private static func integer(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
    let magnitude = bytes.drop { $0 == 0 }
    guard let first = magnitude.first else { return nil }
    let body = (first & 0x80 != 0 ? [0] : []) + magnitude
    return [0x02, UInt8(body.count)] + body
  }
}
