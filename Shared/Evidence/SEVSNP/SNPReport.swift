/// An attestation report of AMD SEV-SNP (AMD 56860, "SEV-SNP Firmware ABI", table "ATTESTATION_REPORT"), versions 2 to
/// 5: 1,184 bytes, little-endian.
struct SNPReport {
  static let byteCount = 1184
  /// What the signature covers.
  static let signedCount = 0x2a0

  enum SigningKey: Equatable { case vcek, vlek }

  let version: Int
  let guestSVN: Int
  let policy: UInt64
  let vmpl: Int
  let platformInfo: UInt64
  let signingKey: SigningKey
  /// 64 bytes that the guest chose.
  let reportData: [UInt8]
  /// 48 bytes (SHA-384 of the launch).
  let measurement: [UInt8]
  let hostData: [UInt8]
  let idKeyDigest: [UInt8]
  let authorKeyDigest: [UInt8]
  let reportID: [UInt8]
  /// 8 bytes each; see `SNPVersion`.
  let currentTCB, reportedTCB, committedTCB, launchTCB: [UInt8]
  /// Family, model and stepping from version 3 on.
  let cpuid: [UInt8]?
  let chipID: [UInt8]
  let signed: [UInt8]
  /// r ‖ s, 48 bytes each, big-endian: turned around from the report's little-endian form.
  let signature: [UInt8]

  init(_ bytes: [UInt8]) throws(AppraisalError) {
    guard bytes.count == Self.byteCount else {
      throw Self.bad("it has \(bytes.count) bytes, not \(Self.byteCount)")
    }
    var reader = ByteReader(bytes, "the SEV-SNP report")
    version = try reader.u32("version")
    guard (2...5).contains(version) else { throw Self.bad("version \(version) is not 2 to 5") }
    guestSVN = try reader.u32("guest_svn")
    policy = try reader.u64("policy")
    // Bit 17 must be one.
    guard policy & 1 << 17 != 0 else { throw Self.bad("bit 17 of its policy is zero") }
    _ = try reader.take(32, "family_id and image_id")
    vmpl = try reader.u32("vmpl")
    let algorithm = try reader.u32("signature_algo")
    guard algorithm == 1 else { throw Self.bad("signature algorithm \(algorithm) is not 1 (ECDSA P-384 with SHA-384)") }
    currentTCB = try reader.take(8, "current_tcb")
    platformInfo = try reader.u64("platform_info")
    let flags = try reader.u32("flags")
    switch flags >> 2 & 7 {
    case 0: signingKey = .vcek
    case 1: signingKey = .vlek
    case let other: throw Self.bad("its signing key is \(other), neither 0 (VCEK) nor 1 (VLEK)")
    }
    _ = try reader.take(4, "reserved")
    reportData = try reader.take(64, "report_data")
    measurement = try reader.take(48, "measurement")
    hostData = try reader.take(32, "host_data")
    idKeyDigest = try reader.take(48, "id_key_digest")
    authorKeyDigest = try reader.take(48, "author_key_digest")
    reportID = try reader.take(32, "report_id")
    _ = try reader.take(32, "report_id_ma")
    reportedTCB = try reader.take(8, "reported_tcb")
    let cpuid = try reader.take(3, "cpuid")
    self.cpuid = version >= 3 ? cpuid : nil
    _ = try reader.take(21, "reserved")
    chipID = try reader.take(64, "chip_id")
    committedTCB = try reader.take(8, "committed_tcb")
    _ = try reader.take(8, "builds")
    launchTCB = try reader.take(8, "launch_tcb")
    _ = try reader.take(Self.signedCount - reader.offset, "reserved")
    signed = Array(bytes[..<Self.signedCount])
    let r = try Self.number(reader.take(72, "r"))
    let s = try Self.number(reader.take(72, "s"))
    signature = r + s
    // Bytes that no signature covers carry nothing.
    try reader.end(paddingAllowed: true)
  }

  /// 48 bytes big-endian of a field of 72 little-endian ones.
  private static func number(_ field: [UInt8]) throws(AppraisalError) -> [UInt8] {
    guard field[48...].allSatisfy({ $0 == 0 }) else { throw bad("a number of its signature has more than 48 bytes") }
    return field[..<48].reversed()
  }

  private static func bad(_ why: String) -> AppraisalError { .format("the SEV-SNP report", why: why) }
}
