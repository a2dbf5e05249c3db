import Codec
import Cryptography
import Testing

@testable import Evidence

/// A vTPM whose key a minted SEV-SNP report vouches for.
struct MintedVTPM {
  var hardware: MintedSNP
  let key: TestKey
  var pcrs: [[UInt8]]
  var quotedPCRs: [[UInt8]]?
  var selection: [UInt8] = [0xff, 0xff, 0xff]
  var nonce: [UInt8] = [4, 2]
  var magic: [UInt8] = [0xff, 0x54, 0x43, 0x47, 0x80, 0x18]
  var bound: [UInt8]?
  var signatureHeader: [UInt8] = []

  /// One for all: making an RSA key takes long.
  private static let rsa = Result { try TestKey(.rsa) }

  init() throws {
    hardware = try MintedSNP()
    key = try Self.rsa.get()
    pcrs = (1...24).map { [UInt8](repeating: UInt8($0), count: 32) }
  }

  var runtime: [UInt8] {
    let json: JSON = [
      "keys": [["kid": "HCLAkPub", "kty": "RSA", "e": "AQAB", "n": .string(Base64URL.encode(key.modulus))]],
      "user-data": .string(Hex.encode([UInt8](repeating: 6, count: 64))),
    ]
    return json.serialized()
  }

  func message() -> [UInt8] {
    let digest = SHA256.hash((quotedPCRs ?? pcrs).flatMap { $0 }).bytes
    return magic + [0, 1, 7] + [0, UInt8(nonce.count)] + nonce + [UInt8](repeating: 0, count: 25)
      + [0, 0, 0, 1, 0, 0x0b, 3] + selection + [0, 32] + digest
  }

  func evidence() throws -> [UInt8] {
    var hardware = hardware
    hardware.reportData = (bound ?? SHA256.hash(runtime).bytes) + [UInt8](repeating: 0, count: 32)
    var report = Array("HCLA".utf8) + Little.bytes(UInt32(2)) + [UInt8](repeating: 0, count: 24)
    report += try hardware.report() + Little.bytes(UInt32(runtime.count + 20)) + Little.bytes(UInt32(1))
    report += Little.bytes(UInt32(2)) + Little.bytes(UInt32(1)) + Little.bytes(UInt32(runtime.count)) + runtime
    report += [UInt8](repeating: 0, count: 100)
    let message = message()
    return VTPMParts(
      message: message, signature: signatureHeader + (try key.sign(message)), pcrs: pcrs, report: report,
      vcek: hardware.signer.certificate.der
    ).json
  }

  func appraise(_ change: (inout AppraisalPolicy) -> Void = { _ in }) throws -> Appraisal {
    var policy = AppraisalPolicy()
    policy.roots[.sevSNP] = [hardware.root.certificate]
    change(&policy)
    var collateral = Collateral()
    collateral.certificates = [hardware.middle.certificate]
    return Appraiser(policy: policy, collateral: collateral).appraise(try evidence(), kind: .vTPM, at: TestIssuer.now)
  }
}

@Suite struct MintedVTPMTests {
  private func spoilt(_ change: (inout MintedVTPM) throws -> Void) throws -> Appraisal {
    var minted = try MintedVTPM()
    try change(&minted)
    return try minted.appraise()
  }

  @Test("A vTPM bound to a report under the policy's root passes; under the vendor's root its hardware fails")
  func root() throws {
    let minted = try MintedVTPM()
    #expect(try minted.appraise().isAccepted)
    #expect(try minted.appraise { $0.roots = [:] }[.chain, true] == .fail)
    #expect(try minted.appraise { $0.nonce = [4, 2] }.isAccepted)
    #expect(try minted.appraise { $0.nonce = [4, 3] }[.nonce] == .fail)
    #expect(try minted.appraise { $0.reportData = [UInt8](repeating: 6, count: 64) }.isAccepted)
    #expect(try minted.appraise { $0.reportData = [UInt8](repeating: 5, count: 64) }[.reportData] == .fail)
    let pcr = String(repeating: "05", count: 32)
    let launch = String(repeating: "05", count: 48)
    #expect(try minted.appraise { $0.measurements = ["pcr4": [pcr], "hardware.measurement": [launch]] }.isAccepted)
    #expect(try minted.appraise { $0.measurements = ["pcr5": [pcr]] }[.measurements] == .fail)
    #expect(try minted.appraise { $0.measurements = ["measurement": [launch]] }[.measurements] == .fail)
  }

  @Test("Another bound key, other PCRs, a value that is not quoted, a message that is no quote, zero PCR0, a debugger")
  func content() throws {
    #expect(try spoilt { $0.bound = [UInt8](repeating: 1, count: 32) }[.binding] == .fail)
    #expect(try spoilt { $0.quotedPCRs = Array($0.pcrs.reversed()) }[.pcrs] == .fail)
    #expect(try spoilt { $0.selection = [0xff, 0xff, 0x7f] }[.pcrs] == .fail)
    #expect(try spoilt { $0.selection = [0xfe, 0xff, 0xff] }[.pcrs] == .fail)
    #expect(try spoilt { $0.magic[5] = 0x17 }[.format] == .fail)
    #expect(try spoilt { $0.magic[0] = 0 }[.format] == .fail)
    #expect(try spoilt { $0.pcrs[0] = [UInt8](repeating: 0, count: 32) }[.debug] == .fail)
    #expect(try spoilt { $0.hardware.policy |= 1 << 19 }[.debug, true] == .fail)
    #expect(try spoilt { $0.signatureHeader = [0, 0x14, 0, 0x0b, 1, 0] }.isAccepted)
    #expect(try spoilt { $0.signatureHeader = [0, 0x16, 0, 0x0b, 1, 0] }[.signature] == .fail)
    #expect(try spoilt { $0.signatureHeader = [0, 0x14, 0, 0x04, 1, 0] }[.format] == .fail)
  }

  @Test("A report without a quote says of each check that needs one what is missing")
  func alone() throws {
    let vector = try #require(EvidenceVector.vTPM.first { $0.file.hasSuffix("hcl-report-snp.bin") })
    let checks = try vector.appraise().checks.filter { check in
      !check.ofHardware && [.signature, .pcrs, .debug].contains(check.name)
    }
    #expect(checks.map(\.detail) == [String](repeating: "a quote of the TPM was not handed in", count: 3))
  }

  @Test("What was not looked at says why")
  func unchecked() throws {
    let found = try MintedVTPM().appraise().checks.filter { !$0.ofHardware && $0.state == .notChecked }
    #expect(
      found.map { "\($0.name.rawValue): \($0.detail)" } == [
        "measurements: the policy lists no measurements", "nonce: the policy expects no nonce",
        "report_data: the policy expects no report data",
      ])
    let vector = try #require(EvidenceVector.vTPM.first { $0.file.hasSuffix("quote.bin") })
    let alone = Appraiser(policy: AppraisalPolicy(), collateral: Collateral())
      .appraise(try vector.bytes, kind: .vTPM, at: vector.time)
    #expect(
      alone.checks.first { $0.name == .signature }?.detail == "the TPM's attestation key was not handed in")
  }
}
