import COpenSSL
import Cryptography
import Foundation

@testable import Evidence

/// A certificate authority of a test: a certificate and its key, which issue others.
struct TestIssuer {
  let certificate: X509Certificate
  let key: TestKey

  /// When all certificates of the tests are valid unless they say otherwise.
  static let from = EvidenceVector.time("2026-01-01T00:00:00Z")
  static let to = EvidenceVector.time("2027-01-01T00:00:00Z")
  static let now = EvidenceVector.time("2026-06-01T00:00:00Z")

  /// What a test of paths may get wrong on purpose.
  struct Oddity {
    var constraints: String?
    var usage: String?
    var criticalExtension: String?
    var digest: OpaquePointer?
    /// The name that the certificate claims its issuer to have.
    var issuerName: [UInt8]?
  }

  /// A self-signed root.
  static func root(_ name: String, _ kind: TestKey.Kind) throws -> TestIssuer {
    let key = try TestKey(kind)
    return TestIssuer(certificate: try make(name, key, by: nil, signer: key, isCA: true), key: key)
  }

  /// A certificate of this issuer with a fresh key.
  func issue(
    _ name: String, _ kind: TestKey.Kind, isCA: Bool = false, serial: Int = 2, from: Int64 = from, to: Int64 = to,
    extensions: [String: [UInt8]] = [:], odd: Oddity = Oddity()
  ) throws -> TestIssuer {
    let key = try TestKey(kind)
    let certificate = try Self.make(
      name, key, by: self.certificate, signer: self.key, isCA: isCA, serial: serial, from: from, to: to,
      extensions: extensions, odd: odd)
    return TestIssuer(certificate: certificate, key: key)
  }

  private static func make(
    _ name: String, _ key: TestKey, by issuer: X509Certificate?, signer: TestKey, isCA: Bool, serial: Int = 1,
    from: Int64 = from, to: Int64 = to, extensions: [String: [UInt8]] = [:], odd: Oddity = Oddity()
  ) throws -> X509Certificate {
    guard let x509 = X509_new(), let subject = X509_get_subject_name(x509) else { throw TestKey.Failure() }
    defer { X509_free(x509) }
    X509_set_version(x509, 2)
    ASN1_INTEGER_set(X509_get_serialNumber(x509), serial)
    // MBSTRING_UTF8, which Swift cannot see.
    X509_NAME_add_entry_by_txt(subject, "CN", 0x1000, name, -1, -1, 0)
    let issuerName = try issuer.map { try Self.name(odd.issuerName ?? $0.subjectName) }
    X509_set_issuer_name(x509, issuerName ?? subject)
    X509_NAME_free(issuerName)
    ASN1_TIME_set(X509_getm_notBefore(x509), Int(from))
    ASN1_TIME_set(X509_getm_notAfter(x509), Int(to))
    X509_set_pubkey(x509, key.pointer)
    add(NID_basic_constraints, odd.constraints ?? (isCA ? "critical,CA:TRUE" : "critical,CA:FALSE"), to: x509)
    add(NID_key_usage, odd.usage ?? (isCA ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature"), to: x509)
    var extensions = extensions
    if let oid = odd.criticalExtension { extensions[oid] = [5, 0] }
    for (oid, value) in extensions {
      let item = try Extension(oid, value, isCritical: oid == odd.criticalExtension).made()
      X509_add_ext(x509, item, -1)
      X509_EXTENSION_free(item)
    }
    guard X509_sign(x509, signer.pointer, odd.digest ?? signer.digest) > 0 else { throw TestKey.Failure() }
    return try X509Certificate(der: encode { i2d_X509(x509, $0) })
  }

  /// An extension of any meaning, its content in DER.
  struct Extension {
    let oid: String
    let value: [UInt8]
    let isCritical: Bool

    init(_ oid: String, _ value: [UInt8] = [5, 0], isCritical: Bool = false) {
      (self.oid, self.value, self.isCritical) = (oid, value, isCritical)
    }

    func made() throws -> OpaquePointer? {
      guard let object = OBJ_txt2obj(oid, 1), let octets = ASN1_OCTET_STRING_new() else { throw TestKey.Failure() }
      defer {
        ASN1_OCTET_STRING_free(octets)
        ASN1_OBJECT_free(object)
      }
      ASN1_OCTET_STRING_set(octets, value, Int32(value.count))
      return X509_EXTENSION_create_by_OBJ(nil, object, isCritical ? 1 : 0, octets)
    }
  }

  /// A revocation list of this issuer's, with an extension of its own, or of each entry.
  func revoke(
    _ serials: [Int], from: Int64 = from, to: Int64 = to, with own: Extension? = nil, ofEntries: Extension? = nil
  ) throws -> X509RevocationList {
    guard let list = X509_CRL_new() else { throw TestKey.Failure() }
    defer { X509_CRL_free(list) }
    X509_CRL_set_version(list, 1)
    let name = try Self.name(certificate.subjectName)
    X509_CRL_set_issuer_name(list, name)
    X509_NAME_free(name)
    let times = (ASN1_TIME_set(nil, Int(from)), ASN1_TIME_set(nil, Int(to)))
    X509_CRL_set1_lastUpdate(list, times.0)
    X509_CRL_set1_nextUpdate(list, times.1)
    for serial in serials {
      let entry = X509_REVOKED_new()
      let number = ASN1_INTEGER_new()
      ASN1_INTEGER_set(number, serial)
      X509_REVOKED_set_serialNumber(entry, number)
      X509_REVOKED_set_revocationDate(entry, times.0)
      if let item = try ofEntries?.made() {
        X509_REVOKED_add_ext(entry, item, -1)
        X509_EXTENSION_free(item)
      }
      X509_CRL_add0_revoked(list, entry)
      ASN1_INTEGER_free(number)
    }
    ASN1_TIME_free(times.0)
    ASN1_TIME_free(times.1)
    if let item = try own?.made() {
      X509_CRL_add_ext(list, item, -1)
      X509_EXTENSION_free(item)
    }
    X509_CRL_sort(list)
    guard X509_CRL_sign(list, key.pointer, key.digest) > 0 else { throw TestKey.Failure() }
    return try X509RevocationList(der: Self.encode { i2d_X509_CRL(list, $0) })
  }

  private static func add(_ nid: Int32, _ value: String, to x509: OpaquePointer) {
    let item = X509V3_EXT_conf_nid(nil, nil, nid, value)
    X509_add_ext(x509, item, -1)
    X509_EXTENSION_free(item)
  }

  private static func name(_ der: [UInt8]) throws -> OpaquePointer {
    let name = der.withUnsafeBufferPointer { buffer -> OpaquePointer? in
      var cursor = buffer.baseAddress
      return d2i_X509_NAME(nil, &cursor, buffer.count)
    }
    guard let name else { throw TestKey.Failure() }
    return name
  }

  private static func encode(_ write: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?) -> Int32) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: Int(write(nil)))
    bytes.withUnsafeMutableBufferPointer { buffer in
      var cursor = buffer.baseAddress
      _ = write(&cursor)
    }
    return bytes
  }

  /// The certificates as one PEM text.
  static func pem(_ certificates: [X509Certificate]) -> [UInt8] {
    let blocks = certificates.map {
      "-----BEGIN CERTIFICATE-----\n\(Data($0.der).base64EncodedString())\n-----END CERTIFICATE-----\n"
    }
    return Array(blocks.joined().utf8)
  }
}

/// Integers as hardware writes them.
enum Little {
  static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { [UInt8]($0) }
  }
}
