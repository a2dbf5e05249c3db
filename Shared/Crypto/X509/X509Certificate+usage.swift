import COpenSSL

/// What a certificate says that its key is for. Nil where it does not say: RFC 5280 restricts nothing then.
extension X509Certificate {
  /// Whether its key usage has digitalSignature (RFC 5280 section 4.2.1.3): signatures over what is no certificate.
  public var allowsDigitalSignature: Bool? {
    Self.has(UInt32(KU_DIGITAL_SIGNATURE), in: X509_get_key_usage(handle.pointer))
  }

  /// Whether its extended key usage has id-kp-codeSigning by that name (RFC 5280 section 4.2.1.12). anyExtendedKeyUsage is
  /// not taken for it: whoever may do everything was not certified for this.
  public var allowsCodeSigning: Bool? {
    Self.has(UInt32(XKU_CODE_SIGN), in: X509_get_extended_key_usage(handle.pointer))
  }

  /// Whether its extended key usage has tcg-kp-AIKCertificate by that name (2.23.133.8.3; W3C Web Authentication,
  /// section 8.3.1): signatures by a TPM over what it made itself.
  public var allowsTPMAttestation: Bool? {
    guard X509_get_extended_key_usage(handle.pointer) != .max else { return nil }
    guard let object = OBJ_txt2obj("2.23.133.8.3", 1) else { return false }
    defer { ASN1_OBJECT_free(object) }
    guard let usage = X509_get_ext_d2i(handle.pointer, NID_ext_key_usage, nil, nil) else { return false }
    let purposes = OpaquePointer(usage)
    defer { OPENSSL_sk_pop_free(purposes) { ASN1_OBJECT_free(OpaquePointer($0)) } }
    return (0..<OPENSSL_sk_num(purposes)).contains { at in
      OBJ_cmp(OpaquePointer(OPENSSL_sk_value(purposes, at)), object) == 0
    }
  }

  /// libcrypto sets every bit where the extension is absent.
  private static func has(_ bit: UInt32, in usage: UInt32) -> Bool? {
    usage == .max ? nil : usage & bit != 0
  }
}
