internal import Cryptography

/// What a TPM 2.0 signs when it quotes PCRs: TPMS_ATTEST with TPMS_QUOTE_INFO (TPM 2.0 Library part 2, sections 10.12.8
/// and 10.12.1). Big-endian.
struct TPMQuote {
  static let messageBytesMax = 4096

  /// What the requester gave (`extraData`).
  let nonce: [UInt8]
  /// Numbers of the quoted PCRs, all of the SHA-256 bank.
  let selection: [Int]
  /// SHA-256 over their values, one after the other.
  let digest: [UInt8]

  init(_ message: [UInt8]) throws(AppraisalError) {
    guard message.count <= Self.messageBytesMax else {
      throw .limit(name: "the size of a TPM quote", limit: Self.messageBytesMax, got: message.count)
    }
    var reader = ByteReader(message, "the TPM quote")
    // TPM_GENERATED_VALUE: the TPM made it itself; TPM_ST_ATTEST_QUOTE.
    try reader.expect([0xff, 0x54, 0x43, 0x47, 0x80, 0x18], "its magic and type")
    _ = try reader.take(try reader.u16BigEndian("the signer's length"), "the signer")
    nonce = try reader.take(try reader.u16BigEndian("the nonce's length"), "the nonce")
    _ = try reader.take(25, "clock and firmware version")
    let banks = try reader.u32BigEndian("the number of banks")
    let bank = try reader.u16BigEndian("the bank")
    guard banks == 1, bank == 0x000b else {
      throw .format("the TPM quote", why: "it is not of the one bank of SHA-256")
    }
    let bits = try reader.take(try reader.u8("the selection's length"), "the selection")
    selection = bits.indices.flatMap { byte in (0..<8).filter { bits[byte] >> $0 & 1 == 1 }.map { byte * 8 + $0 } }
    digest = try reader.take(try reader.u16BigEndian("the digest's length"), "the digest")
    guard digest.count == 32 else {
      throw .format("the TPM quote", why: "its digest has \(digest.count) bytes, not 32")
    }
    try reader.end()
  }
}

/// A quote as it travels: message, signature and the values of the PCRs.
struct SignedTPMQuote {
  static let pcrCountMax = 32

  let message: [UInt8]
  /// The raw signature, and how it was made.
  let signature: [UInt8]
  let scheme: SignatureScheme
  /// From PCR 0 on, 32 bytes each.
  let pcrs: [[UInt8]]

  /// - `signature`: raw bytes of RSASSA with SHA-256, or a TPMT_SIGNATURE (part 2, section 11.3.4) that says what it is.
  init(message: [UInt8], signature: [UInt8], pcrs: [[UInt8]]) throws(AppraisalError) {
    guard pcrs.count <= Self.pcrCountMax, pcrs.allSatisfy({ $0.count == 32 }) else {
      throw .format("the TPM evidence", why: "its PCRs are not at most \(Self.pcrCountMax) values of 32 bytes")
    }
    self.message = message
    self.pcrs = pcrs
    (self.signature, scheme) = try Self.parse(signature)
  }

  private static func parse(_ bytes: [UInt8]) throws(AppraisalError) -> ([UInt8], SignatureScheme) {
    // An RSA signature by itself is as long as the modulus, 256 to 512 bytes; with its header 6 more.
    guard !bytes.count.isMultiple(of: 64) else { return (bytes, .rsaPKCS1SHA256) }
    var reader = ByteReader(bytes, "the TPM signature")
    let algorithm = try reader.u16BigEndian("its algorithm")
    try reader.expect([0x00, 0x0b], "its hash (SHA-256)")
    let first = try reader.take(try reader.u16BigEndian("its length"), "its number")
    switch algorithm {
    case 0x0014, 0x0016:
      try reader.end()
      return (first, algorithm == 0x0014 ? .rsaPKCS1SHA256 : .rsaPSSSHA256)
    case 0x0018:
      let second = try reader.take(try reader.u16BigEndian("its length"), "its second number")
      try reader.end()
      guard first.count <= 32, second.count <= 32 else {
        throw .format("the TPM signature", why: "its numbers are large")
      }
      func padded(_ number: [UInt8]) -> [UInt8] { [UInt8](repeating: 0, count: 32 - number.count) + number }
      return (padded(first) + padded(second), .ecdsaP256SHA256)
    default: throw .format("the TPM signature", why: "algorithm \(algorithm) is none of RSASSA, RSAPSS and ECDSA")
    }
  }
}
