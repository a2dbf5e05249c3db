internal import Codec
internal import Cryptography

/// TPM evidence in the forms that verifiers exchange: an HCL report by itself; a quote by itself (lengths of 64 bits
/// little-endian, then signature, message and PCRs); or one JSON object with both, whose bytes are written as arrays of
/// numbers, in hexadecimal, or in base64 of either alphabet.
struct VTPMEvidence {
  var quote: SignedTPMQuote?
  var hcl: HCLReport?
  /// Of a TPM without hardware report.
  var attestationKey: X509PublicKey?
  /// The certificate for the SNP report, and the quote for the TD report.
  var vcek: X509Certificate?
  var tdQuote: [UInt8]?

  init(_ bytes: [UInt8]) throws {
    if bytes.starts(with: "HCLA".utf8) {
      hcl = try HCLReport(bytes)
    } else if bytes.first == UInt8(ascii: "{") {
      try read(JSON(parsing: bytes))
    } else {
      quote = try Self.bare(bytes)
    }
  }

  private mutating func read(_ json: JSON) throws {
    guard let part = json["tpm_quote"] ?? json["quote"] else { throw Self.bad("it has no tpm_quote") }
    guard let pcrs = part["pcrs"]?.arrayValue else { throw Self.bad("pcrs is no array") }
    quote = try SignedTPMQuote(
      message: Self.bytes(part["message"], "message"), signature: Self.bytes(part["signature"], "signature"),
      pcrs: pcrs.map { try Self.bytes($0, "pcrs") })
    if let report = json["hcl_report"] ?? json["report"] { hcl = try HCLReport(Self.bytes(report, "hcl_report")) }
    if let key = json["ak_public"] {
      attestationKey = try X509PublicKey(subjectPublicKeyInfo: Self.bytes(key, "ak_public"))
    }
    if let value = json["td_quote"] { tdQuote = try Self.bytes(value, "td_quote") }
    if let value = json["vcek"] {
      if let text = value.stringValue, text.hasPrefix("-----BEGIN") {
        vcek = try X509Bundle(pem: Array(text.utf8)).certificates.first
      } else {
        vcek = try X509Certificate(der: Self.bytes(value, "vcek"))
      }
    }
  }

  /// Bytes of a member in any of the three forms.
  static func bytes(_ value: JSON?, _ name: String) throws(AppraisalError) -> [UInt8] {
    if let numbers = value?.arrayValue {
      let bytes = numbers.compactMap { $0.intValue.flatMap { UInt8(exactly: $0) } }
      guard bytes.count == numbers.count else { throw bad("\(name) is no array of bytes") }
      return bytes
    }
    guard let text = value?.stringValue else { throw bad("\(name) is missing") }
    let trimmed = String(decoding: text.utf8.prefix { $0 != UInt8(ascii: "=") }, as: UTF8.self)
    guard let bytes = Hex.decode(text) ?? (try? Base64.decode(text)) ?? (try? Base64URL.decode(trimmed)) else {
      throw bad("\(name) is neither hexadecimal nor base64")
    }
    return bytes
  }

  private static func bare(_ bytes: [UInt8]) throws(AppraisalError) -> SignedTPMQuote {
    var reader = ByteReader(bytes, "the TPM evidence")
    func length(_ field: String) throws(AppraisalError) -> Int {
      let count = try reader.u64(field)
      guard count <= UInt64(TPMQuote.messageBytesMax) else { throw bad("\(field) is \(count)") }
      return Int(count)
    }
    let signature = try reader.take(try length("the signature's length"), "the signature")
    let message = try reader.take(try length("the message's length"), "the message")
    let count = try length("the number of PCRs")
    var pcrs: [[UInt8]] = []
    for _ in 0..<count { pcrs.append(try reader.take(32, "a PCR")) }
    try reader.end()
    return try SignedTPMQuote(message: message, signature: signature, pcrs: pcrs)
  }

  private static func bad(_ why: String) -> AppraisalError { .format("the TPM evidence", why: why) }
}
