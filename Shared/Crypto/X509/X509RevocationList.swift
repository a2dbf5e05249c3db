import COpenSSL

/// One list of revoked certificates (RFC 5280 section 5).
public struct X509RevocationList: Sendable, Equatable {
  /// The most bytes of one list; Intel's for all processors has under 3,000.
  public static let byteCountMax = 4 << 20

  public let der: [UInt8]
  public let issuer: String
  public let issuerName: [UInt8]
  /// When it was made, and until when it may be used (inclusive); seconds since 1970. A list without an end is refused.
  public let thisUpdate: Int64
  public let nextUpdate: Int64
  /// Whether it names, by their serial numbers, all that its issuer revoked and nobody else. Otherwise it, or an entry of it, has a
  /// critical extension or one of those that make a list one of changes, of some kinds of certificates, or of other issuers'
  /// (RFC 5280 sections 5.2.4, 5.2.5, 5.3.3).
  public let isPlain: Bool
  let handle: RevocationListHandle

  /// Reads one list that fills `der`.
  public init(der: [UInt8]) throws(X509Error) {
    guard der.count <= Self.byteCountMax else {
      throw .limit(name: "the size of a revocation list", limit: Self.byteCountMax, got: der.count)
    }
    guard DERForm.holds(der[...]), let handle = RevocationListHandle(der: der) else {
      throw .unreadable("a revocation list", "its \(der.count) bytes are not one CRL in DER")
    }
    self.der = der
    self.handle = handle
    issuer = ASN1Text.name(X509_CRL_get_issuer(handle.pointer))
    issuerName = try ASN1Text.der(X509_CRL_get_issuer(handle.pointer))
    thisUpdate = try ASN1Text.seconds(X509_CRL_get0_lastUpdate(handle.pointer))
    guard let next = X509_CRL_get0_nextUpdate(handle.pointer) else {
      throw .unreadable("a revocation list", "it does not say until when it may be used")
    }
    nextUpdate = try ASN1Text.seconds(next)
    isPlain = Self.isPlain(handle.pointer)
  }

  private static let limiting = [NID_delta_crl, NID_issuing_distribution_point, NID_certificate_issuer]

  private static func isPlain(_ list: OpaquePointer) -> Bool {
    let entries = X509_CRL_get_REVOKED(list)
    return X509_CRL_get_ext_by_critical(list, 1, -1) < 0
      && limiting.allSatisfy { X509_CRL_get_ext_by_NID(list, $0, -1) < 0 }
      && (0..<max(0, OPENSSL_sk_num(entries))).allSatisfy { at in
        let entry = OpaquePointer(OPENSSL_sk_value(entries, at))
        return X509_REVOKED_get_ext_by_critical(entry, 1, -1) < 0
          && limiting.allSatisfy { X509_REVOKED_get_ext_by_NID(entry, $0, -1) < 0 }
      }
  }

  /// Whether `issuer` signed this list.
  func isSigned(by issuer: X509Certificate) -> Bool {
    defer { ERR_clear_error() }
    guard let key = X509_get0_pubkey(issuer.handle.pointer) else { return false }
    return X509_CRL_verify(handle.pointer, key) == 1
  }

  /// Whether it has the serial number of `certificate`, for whatever reason; one that is not plain may name anybody.
  func names(_ certificate: X509Certificate) -> Bool {
    var entry: OpaquePointer?
    let serial = X509_get0_serialNumber(certificate.handle.pointer)
    return !isPlain || X509_CRL_get0_by_serial(handle.pointer, &entry, serial) != 0
  }

  public static func == (a: X509RevocationList, b: X509RevocationList) -> Bool { a.der == b.der }
}

/// Owns one `X509_CRL`; `@unchecked Sendable` for the reason of `CertificateHandle`.
final class RevocationListHandle: @unchecked Sendable {
  let pointer: OpaquePointer

  init?(der: [UInt8]) {
    let parsed = der.withUnsafeBufferPointer { buffer -> OpaquePointer? in
      var cursor = buffer.baseAddress
      guard let list = d2i_X509_CRL(nil, &cursor, buffer.count) else { return nil }
      guard let cursor, let start = buffer.baseAddress, cursor == start + buffer.count else {
        X509_CRL_free(list)
        return nil
      }
      return list
    }
    ERR_clear_error()
    guard let parsed else { return nil }
    pointer = parsed
  }

  deinit { X509_CRL_free(pointer) }
}
