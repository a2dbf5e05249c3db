import COpenSSL

/// One X.509 certificate (RFC 5280), read by libcrypto. It is a value: nothing here consults a clock, a file or a list of
/// trusted roots.
public struct X509Certificate: Sendable, Equatable {
  /// The most bytes of one certificate; the largest of any hardware vendor has under 2,000.
  public static let byteCountMax = 16_384

  /// The bytes, exactly as given.
  public let der: [UInt8]
  /// For people: the name on one line.
  public let subject: String
  /// The DER of the subject's and the issuer's names.
  public let subjectName: [UInt8]
  public let issuerName: [UInt8]
  /// Both inclusive (RFC 5280 section 4.1.2.5), in seconds since 1970.
  public let notBefore: Int64
  public let notAfter: Int64
  /// The serial number, big-endian.
  public let serial: [UInt8]
  public let publicKey: X509PublicKey
  let handle: CertificateHandle

  /// Reads one certificate that fills `der`.
  public init(der: [UInt8]) throws(X509Error) {
    guard der.count <= Self.byteCountMax else {
      throw .limit(name: "the size of a certificate", limit: Self.byteCountMax, got: der.count)
    }
    guard let handle = CertificateHandle(der: der) else {
      throw .unreadable("a certificate", "its \(der.count) bytes are not one X.509 certificate in DER")
    }
    self.der = der
    self.handle = handle
    let pointer = handle.pointer
    if let fault = CertificateForm.fault(of: pointer, der) { throw .unreadable("a certificate", fault) }
    subject = ASN1Text.name(X509_get_subject_name(pointer))
    subjectName = try ASN1Text.der(X509_get_subject_name(pointer))
    issuerName = try ASN1Text.der(X509_get_issuer_name(pointer))
    notBefore = try ASN1Text.seconds(X509_get0_notBefore(pointer))
    notAfter = try ASN1Text.seconds(X509_get0_notAfter(pointer))
    serial = ASN1Text.bytes(X509_get0_serialNumber(pointer))
    guard let key = X509_get_pubkey(pointer) else {
      ERR_clear_error()
      throw .unreadable("a certificate", "libcrypto refuses its public key")
    }
    publicKey = try X509PublicKey(KeyHandle(owning: key))
    guard X509_get_extension_flags(pointer) & UInt32(EXFLAG_INVALID) == 0 else {
      ERR_clear_error()
      throw .unreadable("a certificate", "an extension of it is malformed or there twice")
    }
  }

  /// The content of the extension with this dotted OID: the bytes inside its OCTET STRING. Nil for none, and for two.
  public func extensionValue(_ oid: String) -> [UInt8]? {
    guard let object = OBJ_txt2obj(oid, 1) else { return nil }
    defer { ASN1_OBJECT_free(object) }
    let at = X509_get_ext_by_OBJ(handle.pointer, object, -1)
    guard at >= 0, X509_get_ext_by_OBJ(handle.pointer, object, at) < 0 else { return nil }
    guard let found = X509_get_ext(handle.pointer, at) else { return nil }
    return ASN1Text.bytes(X509_EXTENSION_get_data(found))
  }

  /// The text of the subject's common name (2.5.4.3), when it has exactly one.
  public var commonName: String? {
    guard let name = X509_get_subject_name(handle.pointer) else { return nil }
    let at = X509_NAME_get_index_by_NID(name, NID_commonName, -1)
    guard at >= 0, X509_NAME_get_index_by_NID(name, NID_commonName, at) < 0 else { return nil }
    guard let entry = X509_NAME_get_entry(name, at) else { return nil }
    return String(validating: ASN1Text.bytes(X509_NAME_ENTRY_get_data(entry)), as: UTF8.self)
  }

  public static func == (a: X509Certificate, b: X509Certificate) -> Bool { a.der == b.der }
}

/// Owns one `X509`. `@unchecked Sendable` holds because libcrypto guards what it caches inside with a lock, and nothing
/// else changes it after the parse.
final class CertificateHandle: @unchecked Sendable {
  let pointer: OpaquePointer

  init?(der: [UInt8]) {
    let parsed = der.withUnsafeBufferPointer { buffer -> OpaquePointer? in
      var cursor = buffer.baseAddress
      guard let x509 = d2i_X509(nil, &cursor, buffer.count) else { return nil }
      guard let cursor, let start = buffer.baseAddress, cursor == start + buffer.count else {
        X509_free(x509)
        return nil
      }
      return x509
    }
    ERR_clear_error()
    guard let parsed else { return nil }
    pointer = parsed
  }

  deinit { X509_free(pointer) }
}
