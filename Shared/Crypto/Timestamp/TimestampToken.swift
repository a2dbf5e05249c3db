import COpenSSL
import Glibc

/// A timestamp token (RFC 3161 section 2.4.2) in canonical form: an authority says that some data existed at a time.
public struct TimestampToken: Sendable, Hashable {
  /// A token with three certificates has about 6 KiB.
  public static let bytesMax = 64 * 1024

  public let der: [UInt8]

  /// Takes the canonical form alone (``TimestampRequest/token(in:)`` makes it). Errors: ``TimestampError``.
  public init(_ der: [UInt8]) throws(TimestampError) {
    self.der = der
    let canonical = try reading { token throws(TimestampError) in try TokenFrame.canonical(token) }
    guard canonical == der else { throw .malformed("it is not in canonical form") }
  }

  /// What the token says, before anybody has verified it.
  struct Claims {
    let imprint: Digest32
    /// The latest second, since 1970, that the authority's clock may have meant.
    let seconds: UInt64
    /// As libcrypto takes it, for the validity of certificates.
    let time: time_t
  }

  /// The latest time, in seconds since 1970, at which data with this digest existed, as the token says and a chain of
  /// certificates up to one of the roots confirms. Certificates must be valid at that time: no clock is asked, and no
  /// revocation list. Errors: ``TimestampError``.
  public func verify(imprint: Digest32, roots: [TimestampRoot]) throws(TimestampError) -> UInt64 {
    let (claims, _) = try self.claims()
    guard claims.imprint == imprint else { throw .otherData }
    try reading { token throws(TimestampError) in
      guard let context = TS_VERIFY_CTX_new() else { throw .library("TS_VERIFY_CTX_new") }
      // Frees the store too.
      defer { TS_VERIFY_CTX_free(context) }
      guard let store = X509_STORE_new() else { throw .library("X509_STORE_new") }
      _ = TS_VERIFY_CTX_set_store(context, store)
      for root in roots { try root.add(to: store) }
      X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), claims.time)
      _ = TS_VERIFY_CTX_set_flags(context, Int32(TS_VFY_SIGNATURE | TS_VFY_VERSION))
      guard TS_RESP_verify_token(context, token) == 1 else { throw .notVerified(Self.reason()) }
    }
    return claims.seconds
  }

  func claims() throws(TimestampError) -> (Claims, nonce: UInt64?) {
    try reading { token throws(TimestampError) in
      guard let info = PKCS7_to_TS_TST_INFO(token) else { throw .malformed("it holds no TSTInfo") }
      defer { TS_TST_INFO_free(info) }
      guard let imprint = TS_TST_INFO_get_msg_imprint(info), let algorithm = TS_MSG_IMPRINT_get_algo(imprint),
        OBJ_obj2nid(algorithm.pointee.algorithm) == NID_sha256, let hash = TS_MSG_IMPRINT_get_msg(imprint),
        let digest = try? Digest32(TokenFrame.bytes(hash))
      else { throw .malformed("its imprint is not SHA-256") }
      guard let stated = TS_TST_INFO_get_time(info) else { throw .malformed("it has no time") }
      var parts = tm()
      guard ASN1_TIME_to_tm(stated, &parts) == 1 else { throw .malformed("its time is none") }
      let time = timegm(&parts)
      guard time >= 0 else { throw .malformed("its time is before 1970") }
      // Fractions and the accuracy count upwards: what is wanted is a bound.
      let fraction = TokenFrame.bytes(UnsafeMutablePointer(mutating: stated)).contains(UInt8(ascii: ".")) ? 1 : 0
      let seconds = UInt64(time) + UInt64(fraction) + (try Self.accuracySeconds(info))
      var nonce: UInt64 = 0
      let hasNonce = TS_TST_INFO_get_nonce(info).map { ASN1_INTEGER_get_uint64(&nonce, $0) == 1 } ?? false
      return (Claims(imprint: digest, seconds: seconds, time: time), hasNonce ? nonce : nil)
    }
  }

  private static func accuracySeconds(_ info: OpaquePointer) throws(TimestampError) -> UInt64 {
    guard let accuracy = TS_TST_INFO_get_accuracy(info) else { return 0 }
    let whole = TS_ACCURACY_get_seconds(accuracy).map { ASN1_INTEGER_get($0) } ?? 0
    guard (0...86_400).contains(whole) else { throw .malformed("its accuracy is not within a day") }
    let hasParts = TS_ACCURACY_get_millis(accuracy) != nil || TS_ACCURACY_get_micros(accuracy) != nil
    return UInt64(whole) + (hasParts ? 1 : 0)
  }

  /// Lends the parsed token. libcrypto fills caches inside it, so each use parses its own.
  private func reading<T>(
    _ body: (UnsafeMutablePointer<PKCS7>) throws(TimestampError) -> T
  ) throws(TimestampError) -> T {
    defer { ERR_clear_error() }
    guard der.count <= Self.bytesMax else { throw .tooLong(bytes: der.count, max: Self.bytesMax) }
    let parsed = der.withUnsafeBufferPointer { buffer in
      var cursor = buffer.baseAddress
      return d2i_PKCS7(nil, &cursor, buffer.count)
    }
    guard let parsed else { throw .malformed("it is no ContentInfo") }
    defer { PKCS7_free(parsed) }
    return try body(parsed)
  }

  private static func reason() -> String {
    ERR_reason_error_string(ERR_peek_last_error()).map { String(cString: $0) } ?? "no reason given"
  }
}
