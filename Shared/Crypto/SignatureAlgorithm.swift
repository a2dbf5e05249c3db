/// Signature algorithms by their COSE numbers (IANA COSE Algorithms).
public enum SignatureAlgorithm: Int64, Sendable, CaseIterable, CustomStringConvertible {
  /// Ed25519 (RFC 8032).
  case edDSA = -8
  /// ECDSA on P-256 with SHA-256 (RFC 9053 section 2.1).
  case es256 = -7

  public var description: String {
    switch self {
    case .edDSA: "EdDSA"
    case .es256: "ES256"
    }
  }

  /// Both algorithms have 64-byte signatures: R ‖ S and r ‖ s.
  public var signatureLength: Int { 64 }

  /// The length of a raw public key: 32 bytes, or the uncompressed point `04 ‖ x ‖ y`.
  public var publicKeyLength: Int {
    switch self {
    case .edDSA: 32
    case .es256: 65
    }
  }

  /// The DER of SubjectPublicKeyInfo up to the raw key (RFC 8410 section 4; RFC 5480 section 2).
  var subjectPublicKeyInfoPrefix: [UInt8] {
    switch self {
    case .edDSA:
      [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]
    case .es256:
      [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
        0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
      ]
    }
  }
}
