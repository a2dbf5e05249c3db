import COpenSSL

/// Values of libcrypto's ASN.1 types.
enum ASN1Text {
  /// A name on one line (RFC 2253), cut at 200 characters.
  static func name(_ name: OpaquePointer?) -> String {
    guard let bio = BIO_new(BIO_s_mem()) else { return "?" }
    defer { BIO_free(bio) }
    // XN_FLAG_RFC2253, as the macro cannot be seen from Swift.
    guard let name, X509_NAME_print_ex(bio, name, 0, 0x111_0317) >= 0 else { return "?" }
    var text = [UInt8](repeating: 0, count: 200)
    let count = BIO_read(bio, &text, Int32(text.count))
    return String(decoding: text.prefix(max(0, Int(count))), as: UTF8.self)
  }

  /// The DER of a name.
  static func der(_ name: OpaquePointer?) throws(X509Error) -> [UInt8] {
    var start: UnsafePointer<UInt8>?
    var count = 0
    guard let name, X509_NAME_get0_der(name, &start, &count) == 1, let start else {
      throw .unreadable("a certificate", "a name of it has no encoding")
    }
    return Array(UnsafeBufferPointer(start: start, count: count))
  }

  static func bytes(_ string: UnsafePointer<ASN1_STRING>?) -> [UInt8] {
    guard let string, let start = ASN1_STRING_get0_data(string) else { return [] }
    return Array(UnsafeBufferPointer(start: start, count: Int(ASN1_STRING_length(string))))
  }

  static func bytes(_ string: UnsafeMutablePointer<ASN1_STRING>?) -> [UInt8] {
    bytes(string.map { UnsafePointer($0) })
  }

  /// Seconds since 1970 of a UTCTime or GeneralizedTime.
  static func seconds(_ time: UnsafePointer<ASN1_TIME>?) throws(X509Error) -> Int64 {
    var days: Int32 = 0
    var rest: Int32 = 0
    guard let epoch = ASN1_TIME_set(nil, 0) else { throw .unreadable("a time", "libcrypto has no memory") }
    defer { ASN1_TIME_free(epoch) }
    // ASN1_TIME_diff reads nil as the present.
    guard let time, ASN1_TIME_diff(&days, &rest, epoch, time) == 1 else {
      ERR_clear_error()
      throw .unreadable("a time", "it is neither UTCTime nor GeneralizedTime of RFC 5280 section 4.1.2.5")
    }
    return Int64(days) * 86_400 + Int64(rest)
  }
}
