import COpenSSL

/// The CMS frame of a timestamp token (RFC 5652), taken apart and put together again in its one canonical form.
///
/// A signature covers the time and the signed attributes, not the frame: algorithm identifiers, the set of certificates,
/// the case of a name. In the canonical form each of these follows from the rest, so that a token has one encoding and
/// each byte of it matters.
enum TokenFrame {
  private static let digests: Set<Int32> = [NID_sha256, NID_sha384, NID_sha512]
  private static let chainMax = 8

  /// SignedData of version 3 with one signer, his certificate and those of his issuers without the root; no revocation
  /// lists, no unsigned attributes; digest parameters NULL, the signature algorithm that of his key.
  static func canonical(_ token: UnsafeMutablePointer<PKCS7>) throws(TimestampError) -> [UInt8] {
    guard OBJ_obj2nid(token.pointee.type) == NID_pkcs7_signed, let signed = token.pointee.d.sign,
      let contents = signed.pointee.contents, OBJ_obj2nid(contents.pointee.type) == NID_id_smime_ct_TSTInfo,
      let wrapped = contents.pointee.d.other, wrapped.pointee.type == V_ASN1_OCTET_STRING,
      let info = wrapped.pointee.value.octet_string
    else { throw .malformed("it is not signed data about a TSTInfo") }
    let signers = PKCS7_get_signer_info(token)
    guard OPENSSL_sk_num(signers) == 1, let first = OPENSSL_sk_value(signers, 0) else {
      throw .malformed("it does not have one signer")
    }
    let signer = first.assumingMemoryBound(to: PKCS7_SIGNER_INFO.self).pointee
    guard let digestAlgorithm = signer.digest_alg, let issuerAndSerial = signer.issuer_and_serial,
      let signature = signer.enc_digest, let certificates = signed.pointee.cert
    else { throw .malformed("a part of the signer's information is missing") }
    let digest = OBJ_obj2nid(digestAlgorithm.pointee.algorithm)
    guard digests.contains(digest) else { throw .malformed("its digest is none of SHA-256, SHA-384 and SHA-512") }
    guard
      let certificate = X509_find_by_issuer_and_serial(
        certificates, issuerAndSerial.pointee.issuer, issuerAndSerial.pointee.serial)
    else { throw .malformed("the signer's certificate is not in it") }

    var attributes: [UInt8] = []
    for at in 0..<max(0, OPENSSL_sk_num(signer.auth_attr)) {
      let attribute = OpaquePointer(OPENSSL_sk_value(signer.auth_attr, at))
      attributes += try DERWriter.encoded { i2d_X509_ATTRIBUTE(attribute, $0) }
    }
    var chain: [UInt8] = []
    for one in issuers(of: certificate, in: certificates) { chain += try DERWriter.encoded { i2d_X509(one, $0) } }

    let digestID = DERWriter.element(DERWriter.sequence, try DERWriter.object(digest), DERWriter.null)
    let name = try DERWriter.encoded { i2d_X509_NAME(X509_get_issuer_name(certificate), $0) }
    let serial = try DERWriter.encoded { i2d_ASN1_INTEGER(X509_get0_serialNumber(certificate), $0) }
    let signerInfo = DERWriter.element(
      DERWriter.sequence, DERWriter.integer(1), DERWriter.element(DERWriter.sequence, name, serial), digestID,
      DERWriter.context(0, attributes), try signatureAlgorithm(certificate, digest), DERWriter.octets(bytes(signature)))
    let signedData = DERWriter.element(
      DERWriter.sequence, DERWriter.integer(3), DERWriter.element(DERWriter.set, digestID),
      DERWriter.element(
        DERWriter.sequence, try DERWriter.object(NID_id_smime_ct_TSTInfo),
        DERWriter.context(0, DERWriter.octets(bytes(info)))),
      DERWriter.context(0, chain), DERWriter.element(DERWriter.set, signerInfo))
    return DERWriter.element(
      DERWriter.sequence, try DERWriter.object(NID_pkcs7_signed), DERWriter.context(0, signedData))
  }

  /// The signer's certificate and those above it, as far as they are here; roots are the verifier's.
  private static func issuers(of certificate: OpaquePointer, in all: OpaquePointer) -> [OpaquePointer] {
    var chain = [certificate]
    while chain.count < chainMax {
      let above = (0..<max(0, OPENSSL_sk_num(all))).lazy.compactMap { OPENSSL_sk_value(all, $0) }
        .map { OpaquePointer($0) }
        .first {
          !chain.contains($0) && X509_check_issued($0, chain[chain.count - 1]) == 0 && X509_check_issued($0, $0) != 0
        }
      guard let above else { break }
      chain.append(above)
    }
    return chain
  }

  private static func signatureAlgorithm(
    _ certificate: OpaquePointer, _ digest: Int32
  ) throws(TimestampError) -> [UInt8] {
    // None where libcrypto does not know the kind of key.
    guard let key = X509_get0_pubkey(certificate) else { throw .malformed("the signer's key is of no known kind") }
    switch EVP_PKEY_get_base_id(key) {
    case EVP_PKEY_RSA:
      return DERWriter.element(DERWriter.sequence, try DERWriter.object(NID_rsaEncryption), DERWriter.null)
    case EVP_PKEY_EC:
      var nid: Int32 = 0
      guard OBJ_find_sigid_by_algs(&nid, digest, NID_X9_62_id_ecPublicKey) == 1 else {
        throw .malformed("ECDSA does not go with its digest")
      }
      return DERWriter.element(DERWriter.sequence, try DERWriter.object(nid))
    default: throw .malformed("the signer's key is neither RSA nor ECDSA")
    }
  }

  static func bytes(_ text: UnsafeMutablePointer<ASN1_STRING>) -> [UInt8] {
    Array(UnsafeBufferPointer(start: ASN1_STRING_get0_data(text), count: Int(ASN1_STRING_length(text))))
  }
}
