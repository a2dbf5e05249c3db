internal import Codec
internal import Cryptography

/// Evidence that was written as text to travel: hexadecimal or base64. No binary evidence consists of such characters
/// alone, since each kind has zero bytes in its head.
enum EvidenceText {
  /// The bytes that `evidence` writes in hexadecimal or base64, white space aside; else `evidence` itself, where it is JSON
  /// without the white space before it.
  static func decode(_ evidence: [UInt8]) -> [UInt8] {
    guard evidence.count <= 2 * Appraiser.evidenceBytesMax else { return evidence }
    let characters = evidence.filter { ![0x20, 0x09, 0x0a, 0x0d].contains($0) }
    guard let text = String(validating: characters, as: UTF8.self), !text.isEmpty else { return evidence }
    if let first = characters.first, first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
      return Array(evidence.drop { [0x20, 0x09, 0x0a, 0x0d].contains($0) })
    }
    return Hex.decode(text) ?? (try? Base64.decode(text)) ?? evidence
  }
}
