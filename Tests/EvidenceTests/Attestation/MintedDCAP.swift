import Codec
import Cryptography

@testable import Evidence

/// A quote and everything that Intel would sign about its platform, under a root of the test's own.
struct MintedDCAP {
  let root, middle, tcbSigner: TestIssuer
  var platform: TestIssuer
  let attestationKey: TestKey
  var kind = EvidenceKind.tdx
  var version = 4
  /// The enclave that an SGX quote is of; without one the quote is of a trust domain.
  var quoted: MintedEnclave?
  var teeType: UInt32 = 0x81
  var tdAttributes = [UInt8](repeating: 0, count: 8)
  var teeTCBSVN: [UInt8] = [6, 1, 3] + [UInt8](repeating: 0, count: 13)
  var enclaveProduct: UInt16 = 2
  var enclaveISVSVN: UInt16 = 8
  var enclaveAttributes: [UInt8] = [0x11] + [UInt8](repeating: 0, count: 15)
  var enclaveMiscSelect: [UInt8] = [0, 0, 0, 0]
  var seamAttributes = [UInt8](repeating: 0, count: 8)
  var reportData = [UInt8](repeating: 9, count: 64)
  var boundKey: [UInt8]
  var padding: [UInt8] = []
  var vendor: [UInt8] = [
    0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c, 0x4c, 0xa9, 0x94, 0x0a, 0x0d, 0xb3, 0x95, 0x7f, 0x06, 0x07,
  ]

  // The collateral, as text so that a test can change a word before it is signed.
  var tcbInfo: String
  var identity: String
  var revokedByMiddle: [Int] = []
  var revokedByRoot: [Int] = []
  /// Signs the collateral instead of the authority's own signer; its certificate is handed in too.
  var collateralSigner: TestIssuer?

  private static let mrSigner = [UInt8](repeating: 0xdc, count: 32)

  init() throws {
    root = try TestIssuer.root("Test SGX Root CA", .p256)
    middle = try root.issue("Test PCK Platform CA", .p256, isCA: true, serial: 2)
    tcbSigner = try root.issue("Intel SGX TCB Signing", .p256, serial: 3)
    platform = try middle.issue(
      "Test PCK", .p256, serial: 9, extensions: [PCKCertificate.oid: Self.sgxExtension(fmspc: [1, 2, 3, 4, 5, 6])])
    attestationKey = try TestKey(.p256)
    boundKey = attestationKey.point
    tcbInfo = Self.tcbInfo
    identity = Self.identity
  }

  static func sgxExtension(fmspc: [UInt8], components: [UInt8] = .init(repeating: 3, count: 16)) -> [UInt8] {
    let arc: [UInt8] = [0x2a, 0x86, 0x48, 0x86, 0xf8, 0x4d, 0x01, 0x0d, 0x01]
    func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
      content.count < 128
        ? [tag, UInt8(content.count)] + content
        : [tag, 0x82, UInt8(content.count >> 8), UInt8(content.count & 255)] + content
    }
    func entry(_ name: [UInt8], _ value: [UInt8]) -> [UInt8] { element(0x30, element(6, arc + name) + value) }
    let versions = (0..<16).flatMap { entry([2, UInt8($0 + 1)], [2, 1, components[$0]]) }
    let tcb = element(0x30, versions + entry([2, 17], [2, 1, 11]) + entry([2, 18], element(4, components)))
    return element(0x30, entry([2], tcb) + entry([3], element(4, [0, 0])) + entry([4], element(4, fmspc)))
  }

  private static let tcbInfo: String = {
    func list(_ svn: [Int]) -> String { svn.map { #"{"svn":\#($0)}"# }.joined(separator: ",") }
    let low = [Int](repeating: 2, count: 16)
    let sgx = [Int](repeating: 3, count: 16)
    let tdx = [6, 0, 3] + [Int](repeating: 0, count: 13)
    func level(_ sgx: [Int], _ status: String) -> String {
      #"{"tcb":{"sgxtcbcomponents":[\#(list(sgx))],"pcesvn":11,"tdxtcbcomponents":[\#(list(tdx))]},"#
        + #""tcbDate":"2026-01-01T00:00:00Z","tcbStatus":"\#(status)","advisoryIDs":["INTEL-SA-0"]}"#
    }
    let zeros = String(repeating: "00", count: 48)
    let module = #""mrsigner":"\#(zeros)","attributes":"0000000000000000","attributesMask":"FFFFFFFFFFFFFFFF""#
    return #"{"id":"TDX","version":3,"issueDate":"2026-05-20T00:00:00Z","nextUpdate":"2026-06-20T00:00:00Z","#
      + #""fmspc":"010203040506","pceId":"0000","tcbType":0,"tcbEvaluationDataNumber":1,"tdxModule":{\#(module)},"#
      + #""tdxModuleIdentities":[{"id":"TDX_01",\#(module),"tcbLevels":[{"tcb":{"isvsvn":6},"tcbStatus":"UpToDate"},"#
      + #"{"tcb":{"isvsvn":4},"tcbStatus":"OutOfDate"}]}],"#
      + #""tcbLevels":[\#(level(sgx, "UpToDate")),\#(level(low, "OutOfDate"))]}"#
  }()

  private static let identity =
    #"{"id":"TD_QE","version":2,"issueDate":"2026-05-20T00:00:00Z","nextUpdate":"2026-06-20T00:00:00Z","#
    + #""tcbEvaluationDataNumber":1,"miscselect":"00000000","miscselectMask":"FFFFFFFF","#
    + #""attributes":"11000000000000000000000000000000","attributesMask":"FBFFFFFFFFFFFFFF0000000000000000","#
    + #""mrsigner":"\#(Hex.encode(mrSigner))","isvprodid":2,"tcbLevels":[{"tcb":{"isvsvn":8},"tcbStatus":"UpToDate"},"#
    + #"{"tcb":{"isvsvn":6},"tcbStatus":"OutOfDate"}]}"#

  private func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

  private var domain: [UInt8] {
    let body = teeTCBSVN + zeros(96) + seamAttributes + tdAttributes + zeros(8) + [UInt8](repeating: 0xab, count: 48)
    return body + zeros(584 - 16 - 96 - 24 - 48 - 64) + reportData
  }

  func quote() throws -> [UInt8] {
    var signed = Little.bytes(UInt16(version)) + Little.bytes(UInt16(2)) + Little.bytes(teeType) + zeros(4)
    signed += vendor + zeros(20)
    if version == 5 { signed += Little.bytes(UInt16(3)) + Little.bytes(UInt32(648)) }
    signed += quoted?.report ?? domain
    if version == 5 { signed += zeros(64) }
    let authentication: [UInt8] = Array(0..<32)
    let bound = SHA256.hash(boundKey + authentication).bytes + zeros(32)
    let report = MintedEnclave(
      miscSelect: enclaveMiscSelect, attributes: enclaveAttributes, mrSigner: Self.mrSigner,
      isvProductID: enclaveProduct, isvSVN: enclaveISVSVN, reportData: bound
    ).report
    let chain = TestIssuer.pem([platform.certificate, middle.certificate, root.certificate])
    var certified = try report + platform.key.sign(report) + Little.bytes(UInt16(32)) + authentication
    certified += Little.bytes(UInt16(5)) + Little.bytes(UInt32(chain.count)) + chain
    if version > 3 { certified = Little.bytes(UInt16(6)) + Little.bytes(UInt32(certified.count)) + certified }
    let data = try attestationKey.sign(signed) + attestationKey.point + certified
    return signed + Little.bytes(UInt32(data.count)) + data + padding
  }

  func collateral() throws -> Collateral {
    var handed = Collateral()
    handed.certificates = [tcbSigner.certificate]
    if let collateralSigner { handed.certificates.append(collateralSigner.certificate) }
    handed.revocationLists = [try root.revoke(revokedByRoot), try middle.revoke(revokedByMiddle)]
    for (name, text) in [("tcbInfo", tcbInfo), ("enclaveIdentity", identity)] {
      let signature = try (collateralSigner ?? tcbSigner).key.sign(Array(text.utf8))
      try handed.add(Array(#"{"\#(name)":\#(text),"signature":"\#(Hex.encode(signature))"}"#.utf8))
    }
    return handed
  }

  func appraise(
    at time: Int64 = TestIssuer.now, _ change: (inout AppraisalPolicy) -> Void = { _ in }
  ) throws -> Appraisal {
    var policy = AppraisalPolicy()
    policy.roots[kind] = [root.certificate]
    change(&policy)
    return Appraiser(policy: policy, collateral: try collateral()).appraise(try quote(), kind: kind, at: time)
  }
}

extension String {
  /// A test changes a word of what Intel signs.
  mutating func replaceFirst(_ word: String, _ other: String) {
    guard let range = firstRange(of: word) else { preconditionFailure("no \(word)") }
    replaceSubrange(range, with: other)
  }
}
