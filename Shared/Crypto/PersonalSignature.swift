import COpenSSL

/// Signatures of texts by Ethereum keys (ERC-191 version 0x45, `personal_sign`): ECDSA on secp256k1 over Keccak-256. The key is not
/// there: it follows from signature and text, and its address says whose it is.
public enum PersonalSignature {
  /// r ‖ s ‖ v.
  public static let byteCount = 65
  public static let addressByteCount = 20

  /// The 20 bytes of the address that signed `text`; nil for what is no signature. Each signature has one spelling: s is at most
  /// half of the order (EIP-2), and v is 27 or 28, or 0 or 1.
  public static func address(signature: [UInt8], text: [UInt8]) -> [UInt8]? {
    guard signature.count == byteCount else { return nil }
    let parity: Int32
    switch signature[64] {
    case 0, 27: parity = 0
    case 1, 28: parity = 1
    default: return nil
    }
    let digest = Keccak256.hash(Array("\u{19}Ethereum Signed Message:\n\(text.count)".utf8) + text)
    defer { ERR_clear_error() }
    guard let point = recover(Array(signature[..<32]), Array(signature[32..<64]), parity, digest) else { return nil }
    return Array(Keccak256.hash(point).suffix(addressByteCount))
  }

  /// x ‖ y of the key Q = r^-1 (s R - z G) (SEC 1 section 4.1.6), R being the point of this parity whose x is r.
  private static func recover(_ r: [UInt8], _ s: [UInt8], _ parity: Int32, _ digest: [UInt8]) -> [UInt8]? {
    guard let group = EC_GROUP_new_by_curve_name(NID_secp256k1), let context = BN_CTX_new() else { return nil }
    defer {
      EC_GROUP_free(group)
      BN_CTX_free(context)
    }
    BN_CTX_start(context)
    defer { BN_CTX_end(context) }
    // The context owns the numbers that it gives; the last one is nil when any is.
    let (rNumber, sNumber, z, half) = (
      BN_CTX_get(context), BN_CTX_get(context), BN_CTX_get(context), BN_CTX_get(context)
    )
    guard let inverse = BN_CTX_get(context), let order = EC_GROUP_get0_order(group) else { return nil }
    BN_bin2bn(r, Int32(r.count), rNumber)
    BN_bin2bn(s, Int32(s.count), sNumber)
    BN_bin2bn(digest, Int32(digest.count), z)
    BN_rshift1(half, order)
    guard BN_is_zero(rNumber) == 0, BN_is_zero(sNumber) == 0, BN_cmp(rNumber, order) < 0, BN_cmp(sNumber, half) <= 0
    else {
      return nil
    }
    guard let nonce = EC_POINT_new(group), let key = EC_POINT_new(group) else { return nil }
    defer {
      EC_POINT_free(nonce)
      EC_POINT_free(key)
    }
    guard EC_POINT_set_compressed_coordinates(group, nonce, rNumber, parity, context) == 1,
      BN_mod_inverse(inverse, rNumber, order, context) != nil,
      // z becomes -z / r, s becomes s / r.
      BN_mod_mul(z, z, inverse, order, context) == 1, BN_mod_sub(z, order, z, order, context) == 1,
      BN_mod_mul(sNumber, sNumber, inverse, order, context) == 1,
      EC_POINT_mul(group, key, z, nonce, sNumber, context) == 1, EC_POINT_is_at_infinity(group, key) == 0
    else { return nil }
    var encoded = [UInt8](repeating: 0, count: 65)
    guard EC_POINT_point2oct(group, key, POINT_CONVERSION_UNCOMPRESSED, &encoded, 65, context) == 65 else { return nil }
    return Array(encoded.dropFirst())
  }
}
