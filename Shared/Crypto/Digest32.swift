/// A SHA-256 value: 32 bytes, kept inline as four big-endian words so that trees of them cost no allocation.
///
/// Order is the order of the bytes. `description` is the lower-case hexadecimal form.
public struct Digest32: Hashable, Sendable, Comparable, CustomStringConvertible {
  @usableFromInline let w0, w1, w2, w3: UInt64

  /// The number of bytes of every digest.
  public static let count = 32

  /// Takes exactly 32 bytes.
  public init(_ bytes: [UInt8]) throws(CryptoError) {
    guard bytes.count == Self.count else {
      throw .wrongLength(what: "a SHA-256 digest", expected: Self.count, got: bytes.count)
    }
    self = bytes.withUnsafeBytes { Digest32(unchecked: $0) }
  }

  /// Takes exactly 64 lower-case hexadecimal digits: a digest has one spelling, so names made from it are unique.
  public init(hex: String) throws(CryptoError) {
    guard hex.utf8.count == 64, !hex.utf8.contains(where: { (0x41...0x46).contains($0) }),
      let bytes = Hex.decode(hex)
    else { throw .badHex(hex) }
    try self.init(bytes)
  }

  /// The caller has checked that there are at least 32 bytes.
  init(unchecked raw: UnsafeRawBufferPointer) {
    w0 = UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: 0, as: UInt64.self))
    w1 = UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    w2 = UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
    w3 = UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: 24, as: UInt64.self))
  }

  /// The 32 bytes.
  public var bytes: [UInt8] {
    withUnsafeBytes { [UInt8]($0) }
  }

  /// Lends the 32 bytes without making an array.
  public func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    let words = (w0.bigEndian, w1.bigEndian, w2.bigEndian, w3.bigEndian)
    return try Swift.withUnsafeBytes(of: words, body)
  }

  /// 64 lower-case hexadecimal digits.
  public var hex: String { Hex.encode(bytes) }

  public var description: String { hex }

  public static func < (a: Digest32, b: Digest32) -> Bool {
    (a.w0, a.w1, a.w2, a.w3) < (b.w0, b.w1, b.w2, b.w3)
  }
}
