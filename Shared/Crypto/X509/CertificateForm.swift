import COpenSSL

/// What RFC 5280 says of a certificate's form and libcrypto does not ask.
enum CertificateForm {
  /// What is wrong with it; nil when nothing is. `x509` was read from `der`, and nobody else has it yet.
  static func fault(of x509: OpaquePointer, _ der: [UInt8]) -> String? {
    guard DERForm.holds(der[...]) else {
      return "it is BER: a length, a number, a time or a string is not in its one DER form"
    }
    guard isReencoded(x509, der) else { return "it is BER: something that is left out by default stands there" }
    let count = X509_get0_extensions(x509).map { OPENSSL_sk_num($0) }
    switch (X509_get_version(x509), count) {
    case (2, nil), (1, nil), (0, nil): break
    case (2, let count?): guard count > 0 else { return "its list of extensions is empty" }
    default: return "extensions go with version 3 alone (RFC 5280 section 4.1.2.1)"
    }
    return extensionFault(x509)
  }

  /// Whether what is signed has no other encoding than its own: DER leaves out what equals its default (X.690 section 11.5).
  private static func isReencoded(_ x509: OpaquePointer, _ der: [UInt8]) -> Bool {
    guard let outer = DERForm.elements(der[...])?.first, let signed = DERForm.elements(outer.content)?.first else {
      return false
    }
    // Not what libcrypto kept of the input: it writes the parts anew. Where that gives the same, nothing has changed.
    let count = Int(i2d_re_X509_tbs(x509, nil))
    guard count > 0 else { return false }
    var again = [UInt8](repeating: 0, count: count)
    again.withUnsafeMutableBufferPointer { buffer in
      var cursor = buffer.baseAddress
      _ = i2d_re_X509_tbs(x509, &cursor)
    }
    return again == DER.sequence(Array(signed.content))
  }

  /// What is not critical does not say so (DER: DEFAULT FALSE). The extensions of RFC 5280 itself, under 2.5.29, have DER inside:
  /// what vendors put into theirs is their business.
  private static func extensionFault(_ x509: OpaquePointer) -> String? {
    for at in 0..<max(0, X509_get_ext_count(x509)) {
      guard let item = X509_get_ext(x509, at), let object = X509_EXTENSION_get_object(item) else { continue }
      var name = [CChar](repeating: 0, count: 64)
      OBJ_obj2txt(&name, Int32(name.count), object, 1)
      let oid = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      if saysNotCritical(item) { return "its extension \(oid) says that it is not critical, which DER leaves out" }
      guard oid.hasPrefix("2.5.29.") else { continue }
      let content = ASN1Text.bytes(X509_EXTENSION_get_data(item))
      guard DERForm.holds(content[...]) else { return "its extension \(oid) is not one DER value" }
      if oid == "2.5.29.37", content == DER.sequence([]) { return "its extended key usage is empty" }
    }
    return nil
  }

  private static func saysNotCritical(_ item: OpaquePointer) -> Bool {
    var encoded = [UInt8](repeating: 0, count: Int(max(0, i2d_X509_EXTENSION(item, nil))))
    encoded.withUnsafeMutableBufferPointer { buffer in
      var cursor = buffer.baseAddress
      _ = i2d_X509_EXTENSION(item, &cursor)
    }
    let parts = DERForm.elements(encoded[...])?.first.flatMap { DERForm.elements($0.content) } ?? []
    return parts.contains { $0.tag == 0x01 && $0.content.elementsEqual([0]) }
  }
}
