import Codec
import Cryptography

/// Base64 as C2SP texts use it (RFC 4648 section 4, padded). Each value has one spelling: a second one, with stray
/// bits in the last digit, would be a byte of the file that no signature covers.
enum Base64Line {
  static func encode(_ bytes: [UInt8]) -> String { Base64.encode(bytes) }

  static func decode(_ line: ArraySlice<UInt8>) -> [UInt8]? {
    guard let text = String(validating: line, as: UTF8.self), let bytes = try? Base64.decode(text) else { return nil }
    return Base64.encode(bytes).utf8.elementsEqual(line) ? bytes : nil
  }

  static func digest(_ line: ArraySlice<UInt8>) -> Digest32? {
    decode(line).flatMap { try? Digest32($0) }
  }
}
