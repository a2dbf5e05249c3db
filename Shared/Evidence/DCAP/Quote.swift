/// A DCAP quote: SGX version 3, TDX version 4 and 5 (Intel TDX DCAP Quoting Library API, appendix A.3; Intel SGX ECDSA
/// Quote Library API, appendix A.4). Little-endian.
struct Quote {
  enum Body {
    case enclave(EnclaveReport)
    case domain(TDReport)
  }

  /// Intel's quoting enclave; others sign with other keys.
  private static let intelVendorID: [UInt8] = [
    0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c, 0x4c, 0xa9, 0x94, 0x0a, 0x0d, 0xb3, 0x95, 0x7f, 0x06, 0x07,
  ]
  private static let signatureBytesMax = 32 << 10

  let version: Int
  let body: Body
  /// Header and body: what the quote's own signature covers.
  let signed: [UInt8]
  /// r ‖ s by the attestation key, and that key's x ‖ y.
  let signature, attestationKey: [UInt8]
  /// The quoting enclave's report, and r ‖ s over it by the platform's certified key.
  let enclaveReport: EnclaveReport
  let enclaveSignature: [UInt8]
  let authenticationData: [UInt8]
  /// What certifies the platform: 5 is a chain (Intel's service writes PEM, its test tools DER), 1 to 3 only name it.
  let certificationType: Int
  let certificationData: [UInt8]
  /// Bytes after the quote, in the buffer that it came in.
  let trailingCount: Int

  init(_ bytes: [UInt8]) throws(AppraisalError) {
    var reader = ByteReader(bytes, "the quote")
    version = try reader.u16("version")
    let keyType = try reader.u16("attestation key type")
    guard keyType == 2 else { throw Self.bad("attestation key type \(keyType) is not 2 (ECDSA P-256)") }
    let teeType = try reader.u32("TEE type")
    _ = try reader.take(4, "reserved")
    try reader.expect(Self.intelVendorID, "the vendor of the quoting enclave")
    _ = try reader.take(20, "user data")
    body = try Self.body(&reader, version: version, teeType: teeType)
    signed = Array(bytes[..<reader.offset])
    let count = try reader.u32("the signature data's length")
    guard count <= Self.signatureBytesMax else {
      throw .limit(name: "the length of a quote's signature data", limit: Self.signatureBytesMax, got: count)
    }
    var data = ByteReader(try reader.take(count, "the signature data"), "the quote's signature data")
    // Drivers hand out a buffer of a fixed size, so bytes may follow: they are ignored, and counted.
    trailingCount = reader.rest().count

    signature = try data.take(64, "the signature")
    attestationKey = try data.take(64, "the attestation key")
    if version > 3 {
      let type = try data.u16("the certification data's type")
      guard type == 6 else {
        throw Self.bad("certification data type \(type) is not 6 (report of the quoting enclave)")
      }
      let inner = try data.take(try data.u32("the certification data's length"), "the certification data")
      try data.end(paddingAllowed: true)
      data = ByteReader(inner, "the quote's certification data")
    }
    enclaveReport = try EnclaveReport(data.take(EnclaveReport.byteCount, "the quoting enclave's report"))
    enclaveSignature = try data.take(64, "the signature over the quoting enclave's report")
    authenticationData = try data.take(try data.u16("the authentication data's length"), "the authentication data")
    certificationType = try data.u16("the certification data's type")
    let length = try data.u32("the certification data's length")
    certificationData = try data.take(length, "the certification data")
    try data.end(paddingAllowed: true)
  }

  private static func body(_ reader: inout ByteReader, version: Int, teeType: Int) throws(AppraisalError) -> Body {
    switch (version, teeType) {
    // In version 3 the field is reserved.
    case (3, 0): return .enclave(try EnclaveReport(reader.take(EnclaveReport.byteCount, "the body")))
    case (4, 0x81): return .domain(try TDReport(reader.take(TDReport.byteCount10, "the body")))
    case (5, 0x81):
      let type = try reader.u16("the body's type")
      let count = try reader.u32("the body's length")
      let expected = type == 2 ? TDReport.byteCount10 : type == 3 ? TDReport.byteCount15 : -1
      guard count == expected else { throw bad("a body of type \(type) with \(count) bytes is none of a trust domain") }
      return .domain(try TDReport(reader.take(count, "the body")))
    default: throw bad("version \(version) with TEE type \(teeType) is neither SGX version 3 nor TDX version 4 or 5")
    }
  }

  private static func bad(_ why: String) -> AppraisalError { .format("the quote", why: why) }
}
