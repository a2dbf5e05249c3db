internal import Cryptography

/// A checksum of an entry's row. The tiles hold the digest too, but no other place holds the claim, and a claim that rot
/// has changed would let a second statement take its place.
enum EntrySeal {
  static let count = 8

  /// The first 8 bytes of `H(position ‖ digest ‖ time ‖ kid, kind and sub, each behind its length)`, integers as 8 bytes.
  static func of(
    position: UInt64, digest: Digest32, keyID: [UInt8], kind: String, subject: String, unixMs: Int64
  ) -> [UInt8] {
    var message: [UInt8] = []
    message.reserveCapacity(192)
    func append(_ number: UInt64) { withUnsafeBytes(of: number.bigEndian) { message.append(contentsOf: $0) } }
    append(position)
    digest.withUnsafeBytes { message.append(contentsOf: $0) }
    append(UInt64(bitPattern: unixMs))
    for part in [keyID, Array(kind.utf8), Array(subject.utf8)] {
      append(UInt64(part.count))
      message.append(contentsOf: part)
    }
    return Array(SHA256.hash(message).bytes.prefix(count))
  }
}
