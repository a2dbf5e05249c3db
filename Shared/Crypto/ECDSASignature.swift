/// The DER form of an ECDSA signature, which libcrypto verifies, from the fixed form that COSE and hardware write.
enum ECDSASignature {
  /// SEQUENCE { r INTEGER, s INTEGER } from r ‖ s, big-endian, of half the length each (32 bytes for P-256, 48 for
  /// P-384, 66 for P-521); nil for another length and when r or s is zero.
  static func der(_ signature: [UInt8], length: Int = 64) -> [UInt8]? {
    let half = length / 2
    guard signature.count == length, let r = integer(signature[0..<half]), let s = integer(signature[half...]) else {
      return nil
    }
    return DER.sequence(r + s)
  }

  /// r ‖ s, each of `half` bytes, from the DER form; nil for any other spelling of it, and for a number below zero or too long.
  static func fixed(_ der: [UInt8], half: Int) -> [UInt8]? {
    guard let outer = DERForm.elements(der[...]), outer.count == 1, outer[0].tag == 0x30,
      let numbers = DERForm.elements(outer[0].content), numbers.count == 2
    else { return nil }
    var fixed: [UInt8] = []
    for number in numbers {
      guard number.tag == 0x02, DERForm.isShortest(number.content), number.content.first.map({ $0 < 0x80 }) == true
      else {
        return nil
      }
      let magnitude = number.content.drop { $0 == 0 }
      guard magnitude.count <= half else { return nil }
      fixed += [UInt8](repeating: 0, count: half - magnitude.count) + magnitude
    }
    return fixed
  }

  private static func integer(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
    let magnitude = bytes.drop { $0 == 0 }
    guard let first = magnitude.first else { return nil }
    let body = (first & 0x80 != 0 ? [0] : []) + magnitude
    return [0x02, UInt8(body.count)] + body
  }
}
