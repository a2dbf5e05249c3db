import COpenSSL

/// Asks a timestamping authority for the time of a SHA-256 value (RFC 3161 section 2.4).
public struct TimestampRequest: Sendable {
  public static let mediaType = "application/timestamp-query"
  public static let answerMediaType = "application/timestamp-reply"

  public let imprint: Digest32
  /// Drawn for this request alone: an old answer does not carry it.
  public let nonce: UInt64
  public let der: [UInt8]

  /// Errors: ``TimestampError/library(_:)``.
  public init(imprint: Digest32, nonce: UInt64) throws(TimestampError) {
    self.imprint = imprint
    self.nonce = nonce
    guard let request = TS_REQ_new(), let wrapped = TS_MSG_IMPRINT_new(), let algorithm = X509_ALGOR_new(),
      let number = ASN1_INTEGER_new()
    else { throw .library("TS_REQ_new") }
    defer {
      TS_REQ_free(request)
      TS_MSG_IMPRINT_free(wrapped)
      X509_ALGOR_free(algorithm)
      ASN1_INTEGER_free(number)
    }
    var bytes = imprint.bytes
    // The setters copy.
    guard X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_sha256), V_ASN1_NULL, nil) == 1,
      TS_MSG_IMPRINT_set_algo(wrapped, algorithm) == 1, TS_MSG_IMPRINT_set_msg(wrapped, &bytes, 32) == 1,
      TS_REQ_set_version(request, 1) == 1, TS_REQ_set_msg_imprint(request, wrapped) == 1,
      ASN1_INTEGER_set_uint64(number, nonce) == 1, TS_REQ_set_nonce(request, number) == 1,
      TS_REQ_set_cert_req(request, 1) == 1
    else {
      ERR_clear_error()
      throw .library("TS_REQ")
    }
    der = try DERWriter.encoded { i2d_TS_REQ(request, $0) }
  }

  /// The token in an authority's answer to this request, in canonical form. It is not verified yet.
  /// Errors: ``TimestampError``.
  public func token(in response: [UInt8]) throws(TimestampError) -> TimestampToken {
    defer { ERR_clear_error() }
    guard response.count <= TimestampToken.bytesMax else {
      throw .tooLong(bytes: response.count, max: TimestampToken.bytesMax)
    }
    let parsed = response.withUnsafeBufferPointer { buffer in
      var cursor = buffer.baseAddress
      return d2i_TS_RESP(nil, &cursor, buffer.count)
    }
    guard let parsed else { throw .malformed("the answer is no TimeStampResp") }
    defer { TS_RESP_free(parsed) }
    let status = ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(parsed)))
    // granted, grantedWithMods
    guard status == 0 || status == 1 else { throw .notGranted(status: status) }
    guard let inner = TS_RESP_get_token(parsed) else { throw .malformed("the answer has no token") }
    let token = try TimestampToken(TokenFrame.canonical(inner))
    let (found, nonce) = try token.claims()
    guard nonce == self.nonce else { throw .otherRequest }
    guard found.imprint == imprint else { throw .otherData }
    return token
  }
}
