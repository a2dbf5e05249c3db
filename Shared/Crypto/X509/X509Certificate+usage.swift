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

  /// libcrypto sets every bit where the extension is absent.
  private static func has(_ bit: UInt32, in usage: UInt32) -> Bool? {
    usage == .max ? nil : usage & bit != 0
  }
}
