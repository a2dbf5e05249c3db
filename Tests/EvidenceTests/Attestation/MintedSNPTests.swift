import Cryptography
import Testing

@testable import Evidence

/// An SEV-SNP report under a root of the test's own.
struct MintedSNP {
  let root: TestIssuer
  let middle: TestIssuer
  var signer: TestIssuer
  var chipID = [UInt8](repeating: 0xc5, count: 64)
  /// Boot loader, TEE, SNP, microcode.
  var tcb: [UInt8] = [4, 0, 24, 0xdb]
  var currentTCB: [UInt8]?
  var policy: UInt64 = 0x30000
  var flags: UInt32 = 0
  var version: UInt32 = 3
  var family: UInt8 = 0x19
  var reportData = [UInt8](repeating: 7, count: 64)
  /// Versions in Turin's layout, which begin with that of the FMC.
  var turin = false

  private static let arc = "1.3.6.1.4.1.3704.1."

  static func extensions(chipID: [UInt8]?, product: String = "Milan", fmc: Bool = false) -> [String: [UInt8]] {
    var values: [String: [UInt8]] = [
      arc + "1": [2, 1, 0], arc + "2": [0x16, UInt8(product.utf8.count)] + product.utf8, arc + "3.1": [2, 1, 4],
      arc + "3.2": [2, 1, 0], arc + "3.3": [2, 1, 24], arc + "3.8": [2, 2, 0, 0xdb],
    ]
    if fmc { values[arc + "3.9"] = [2, 1, 3] }
    values[arc + "4"] = chipID
    return values
  }

  init() throws {
    root = try TestIssuer.root("ARK-Test", .p384)
    middle = try root.issue("SEV-Test", .p384, isCA: true)
    signer = try middle.issue("SEV-VCEK", .p384, extensions: Self.extensions(chipID: chipID))
  }

  /// 8 bytes of Milan's layout, or of Turin's.
  private func field(_ parts: [UInt8]) -> [UInt8] {
    turin
      ? [3, parts[0], parts[1], parts[2], 0, 0, 0, parts[3]] : [parts[0], parts[1], 0, 0, 0, 0, parts[2], parts[3]]
  }

  func report() throws -> [UInt8] {
    var bytes = Little.bytes(version) + Little.bytes(UInt32(0)) + Little.bytes(policy)
    bytes += [UInt8](repeating: 0, count: 32) + Little.bytes(UInt32(0)) + Little.bytes(UInt32(1))
    bytes += field(currentTCB ?? tcb) + Little.bytes(UInt64(1)) + Little.bytes(flags) + [0, 0, 0, 0] + reportData
    bytes += [UInt8](repeating: 5, count: 48)
    bytes += [UInt8](repeating: 0, count: 0x180 - bytes.count) + field(tcb) + [family, 1, 1]
    bytes += [UInt8](repeating: 0, count: 0x1a0 - bytes.count) + chipID + field(tcb)
    bytes += [UInt8](repeating: 0, count: 0x2a0 - bytes.count)
    let signature = try signer.key.sign(bytes)
    let zeros = [UInt8](repeating: 0, count: 24)
    bytes += signature[..<48].reversed() + zeros + signature[48...].reversed() + zeros
    return bytes + [UInt8](repeating: 0, count: 1184 - bytes.count)
  }

  func appraise(
    at time: Int64 = TestIssuer.now, with certificates: [X509Certificate]? = nil,
    _ change: (inout AppraisalPolicy) -> Void = { _ in }
  ) throws -> Appraisal {
    var policy = AppraisalPolicy()
    policy.roots[.sevSNP] = [root.certificate]
    change(&policy)
    var collateral = Collateral()
    collateral.certificates = certificates ?? [middle.certificate, signer.certificate]
    return Appraiser(policy: policy, collateral: collateral).appraise(try report(), kind: .sevSNP, at: time)
  }
}

@Suite struct MintedSNPTests {
  @Test(
    "A report under the policy's root passes; under the vendor's, a namesake's or without its intermediate it fails")
  func root() throws {
    let minted = try MintedSNP()
    #expect(try minted.appraise().isAccepted)
    #expect(try minted.appraise { $0.roots = [:] }[.chain] == .fail)
    let launch = String(repeating: "05", count: 48)
    #expect(try minted.appraise { $0.measurements = ["measurement": [launch]] }[.measurements] == .pass)
    #expect(try minted.appraise { $0.measurements = ["measurement": ["05"]] }[.measurements] == .fail)
    let other = try MintedSNP()
    #expect(try minted.appraise { $0.roots[.sevSNP] = [other.root.certificate] }[.chain] == .fail)
    #expect(try minted.appraise(with: [minted.signer.certificate])[.chain] == .fail)
    #expect(try minted.appraise(with: [])[.chain] == .notChecked)
    #expect(try minted.appraise(with: [other.middle.certificate, other.signer.certificate])[.signature] == .fail)
    // Of several signers' certificates that which signed counts, wherever it stands.
    for handed in [[other.signer, minted.middle, minted.signer], [minted.signer, minted.middle, other.signer]] {
      #expect(try minted.appraise(with: handed.map(\.certificate)).isAccepted)
    }
    // With the root, which counts once wherever it comes from, these are 32.
    let strangers = try (0..<29).map { try TestIssuer.root("stranger \($0)", .p256) }
    let full = ([minted.root, minted.middle, minted.signer] + strangers).map(\.certificate)
    #expect(try minted.appraise(with: full).isAccepted)
    #expect(try minted.appraise(with: full + [other.root.certificate])[.chain] == .fail)
    #expect(try minted.appraise(at: TestIssuer.to)[.validity] == .pass)
    #expect(try minted.appraise(at: TestIssuer.to + 1)[.validity] == .fail)
  }

  @Test("Another chip, another TCB, a debugger, another kind of key, another processor")
  func content() throws {
    var minted = try MintedSNP()
    minted.chipID[63] ^= 1
    #expect(try minted.appraise()[.identity] == .fail)
    for part in 0..<4 {
      minted = try MintedSNP()
      minted.tcb[part] ^= 1
      #expect(try minted.appraise()[.tcb] == .fail)
      minted = try MintedSNP()
      minted.currentTCB = minted.tcb
      minted.currentTCB?[part] &-= minted.tcb[part] > 0 ? 1 : 0
      #expect(try minted.appraise()[.tcb] == (minted.tcb[part] > 0 ? .fail : .pass))
    }
    minted = try MintedSNP()
    minted.policy |= 1 << 19
    #expect(try minted.appraise()[.debug] == .fail)
    #expect(try minted.appraise { $0.allowsDebug = true }.isAccepted)
    minted.policy = 0
    #expect(try minted.appraise()[.format] == .fail)
    minted = try MintedSNP()
    minted.flags = 1 << 2
    #expect(try minted.appraise()[.identity] == .fail)
    minted.flags = 7 << 2
    #expect(try minted.appraise()[.format] == .fail)
    minted = try MintedSNP()
    minted.family = 0x1a
    #expect(try minted.appraise()[.identity] == .fail)
    minted = try MintedSNP()
    minted.version = 6
    #expect(try minted.appraise()[.format] == .fail)
    minted = try MintedSNP()
    #expect(try minted.appraise { $0.tcbMinimum = ["snp": 24] }.isAccepted)
    #expect(try minted.appraise { $0.tcbMinimum = ["snp": 25] }[.tcb] == .fail)
  }

  @Test("A VLEK's report is not bound to a chip; a VLEK that names one is refused")
  func vlek() throws {
    var minted = try MintedSNP()
    minted.flags = 1 << 2
    minted.signer = try minted.middle.issue("SEV-VLEK", .p384, extensions: MintedSNP.extensions(chipID: nil))
    #expect(try minted.appraise().isAccepted)
    minted.signer = try minted.middle.issue("SEV-VLEK", .p384, extensions: MintedSNP.extensions(chipID: minted.chipID))
    #expect(try !minted.appraise().isAccepted)
    minted.signer = try minted.middle.issue("SEV-OTHER", .p384, extensions: MintedSNP.extensions(chipID: nil))
    #expect(try !minted.appraise().isAccepted)
    minted.signer = try minted.middle.issue(
      "SEV-VLEK", .p384, extensions: MintedSNP.extensions(chipID: nil, product: "Turin"))
    #expect(try !minted.appraise().isAccepted)
  }

  @Test("A revocation list counts when the policy asks for it")
  func revocation() throws {
    let minted = try MintedSNP()
    var policy = AppraisalPolicy()
    policy.roots[.sevSNP] = [minted.root.certificate]
    policy.required = [.revocation]
    var collateral = Collateral()
    collateral.certificates = [minted.middle.certificate, minted.signer.certificate]
    func state() throws -> SubCheck.State? {
      let appraisal = Appraiser(policy: policy, collateral: collateral)
        .appraise(try minted.report(), kind: .sevSNP, at: TestIssuer.now)
      return appraisal.isAccepted ? .pass : appraisal[.revocation]
    }
    #expect(try state() == .notChecked)
    collateral.revocationLists = [try minted.root.revoke([]), try minted.middle.revoke([])]
    #expect(try state() == .pass)
    collateral.revocationLists = [try minted.root.revoke([2]), try minted.middle.revoke([])]
    #expect(try state() == .fail)
    // Nobody asked for lists, and one that is there counts.
    policy.required = []
    #expect(try state() == .fail)
    policy.required = [.revocation]
    collateral.revocationLists = [try minted.root.revoke([]), try minted.middle.revoke([2])]
    #expect(try state() == .fail)
    collateral.revocationLists = [try minted.root.revoke([])]
    #expect(try state() == .fail)
    let (old, new) = (
      try minted.middle.revoke([], from: TestIssuer.from), try minted.middle.revoke([2], from: TestIssuer.now)
    )
    for lists in [[old, new], [new, old]] {
      collateral.revocationLists = [try minted.root.revoke([])] + lists
      #expect(try state() == .fail, "the newer list names the certificate")
    }
    // Lists of strangers say nothing about this chain.
    collateral.revocationLists = [try TestIssuer.root("stranger", .p256).revoke([])]
    #expect(try state() == .notChecked)
  }
}
