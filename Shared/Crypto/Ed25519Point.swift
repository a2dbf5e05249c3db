/// Checks of an encoded Ed25519 point that libcrypto leaves out.
///
/// OpenSSL takes any 32 bytes as a public key and only fails at verification when they decode to no point. It refuses
/// neither y >= p nor the eight points of small order, and for the latter a signature can be valid for any message
/// ("Taming the many EdDSAs", 2020, section 2).
enum Ed25519Point {
  /// y of every point whose order divides 8, little-endian, sign bit cleared: orders 1, 2, 4 and 8 (two).
  private static let smallOrder: [[UInt8]] = [
    [1] + [UInt8](repeating: 0, count: 31),
    [0xec] + [UInt8](repeating: 0xff, count: 30) + [0x7f],
    [UInt8](repeating: 0, count: 32),
    Hex.decode("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05") ?? [],
    Hex.decode("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a") ?? [],
  ]

  /// Takes 32 bytes.
  static func check(_ raw: [UInt8]) throws(CryptoError) {
    var y = raw
    y[31] &= 0x7f
    // p = 2^255 - 19 is ed ff .. ff 7f.
    if y[31] == 0x7f, y[0] >= 0xed, y[1..<31].allSatisfy({ $0 == 0xff }) {
      throw .badKey("its y coordinate is not below 2^255 - 19")
    }
    if smallOrder.contains(y) {
      throw .badKey("its point has small order, so its signatures bind nothing")
    }
  }
}
