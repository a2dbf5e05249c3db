internal import Codec
internal import Cryptography

/// The report of Azure's host compatibility layer, as the vTPM of a confidential VM keeps it at NV index 0x01400001 (Azure:
/// "Confidential VM guest attestation design", "Guest attestation report"): a hardware report, and the runtime data that
/// its report data is the SHA-256 of. Little-endian.
struct HCLReport {
  enum Hardware: Int { case snp = 2, tdx = 4 }

  private static let byteCountMax = 64 << 10
  private static let hardwareCount = 1184

  let hardware: Hardware
  /// An SEV-SNP report; for TDX a TDREPORT, which only this machine could check, and zeros.
  let hardwareReport: [UInt8]
  /// Exact bytes of the JSON.
  let runtimeData: [UInt8]
  /// The vTPM's attestation key, from the runtime data.
  let attestationKey: X509PublicKey
  /// What the guest put in by itself, in hexadecimal; 64 bytes.
  let userData: [UInt8]?

  init(_ bytes: [UInt8]) throws {
    guard bytes.count <= Self.byteCountMax else {
      throw AppraisalError.limit(name: "the size of an HCL report", limit: Self.byteCountMax, got: bytes.count)
    }
    var reader = ByteReader(bytes, "the HCL report")
    try reader.expect(Array("HCLA".utf8), "its signature")
    let version = try reader.u32("its version")
    guard (1...2).contains(version) else { throw Self.bad("version \(version) is neither 1 nor 2") }
    _ = try reader.take(24, "its header")
    hardwareReport = try reader.take(Self.hardwareCount, "the hardware report")
    _ = try reader.u32("the runtime data's size")
    _ = try reader.u32("the runtime data's version")
    let type = try reader.u32("the report's type")
    guard let hardware = Hardware(rawValue: type) else {
      throw Self.bad("report type \(type) is neither 2 (SNP) nor 4 (TDX)")
    }
    self.hardware = hardware
    let hash = try reader.u32("the hash's type")
    guard hash == 1 else { throw Self.bad("hash type \(hash) is not 1 (SHA-256)") }
    runtimeData = try reader.take(try reader.u32("the runtime data's length"), "the runtime data")
    try reader.end(paddingAllowed: true)
    let json = try JSON(parsing: runtimeData)
    attestationKey = try Self.key(json)
    userData = json["user-data"]?.stringValue.flatMap(Hex.decode)
  }

  /// The report data that the hardware must have signed: 64 bytes.
  var bound: [UInt8] { SHA256.hash(runtimeData).bytes + [UInt8](repeating: 0, count: 32) }

  /// The report data inside the hardware report that is here.
  var reportData: [UInt8] {
    // SNP: ATTESTATION_REPORT at 0x50; TDX: REPORTMACSTRUCT at 128.
    let start = hardware == .snp ? 0x50 : 128
    return Array(hardwareReport[start..<start + 64])
  }

  private static func key(_ json: JSON) throws -> X509PublicKey {
    let keys = (json["keys"]?.arrayValue ?? []).filter { $0["kid"]?.stringValue == "HCLAkPub" }
    guard keys.count == 1, keys[0]["kty"]?.stringValue == "RSA", let n = keys[0]["n"]?.stringValue,
      let e = keys[0]["e"]?.stringValue
    else { throw bad("its runtime data has no RSA key HCLAkPub") }
    return try X509PublicKey(rsaModulus: Base64URL.decode(n), exponent: Base64URL.decode(e))
  }

  private static func bad(_ why: String) -> AppraisalError { .format("the HCL report", why: why) }
}
