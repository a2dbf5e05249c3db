import Codec
import Cryptography
import Receipts
import Testing

@testable import Evidence

/// Evidence documents under trust policies: the evidence has to hold the document's report data.
@Suite struct BoundAppraisalTests {
  private static let now = SimulatedTests.now
  private static let keyID = SHA256.hash([1])

  private static func nonce() throws -> EvidenceNonce {
    try EvidenceNonce(fromUnixMs: UInt64(now) * 1000 - 5, toUnixMs: UInt64(now) * 1000 + 5)
  }

  /// A simulated document whose statement a test edits before it is signed.
  private static func document(_ edit: (inout SimulatedStatement) -> Void = { _ in }) throws -> EvidenceDocument {
    let data = EvidenceDocument.reportData(nonce: try nonce(), keyID: keyID)
    let statement = SimulatedTests.statement {
      $0.reportData = data
      edit(&$0)
    }
    return EvidenceDocument(
      kind: .simulated, keyID: keyID, nonce: try nonce(), evidence: try statement.signed(by: SimulatedTests.root()))
  }

  private static func tee(_ edit: (inout TrustPolicy.TEE) throws -> Void = { _ in }) throws -> TrustPolicy.TEE {
    var tee = TrustPolicy.TEE(
      kinds: [.simulated], roots: [.simulated: [try SimulatedTests.root().publicKey.raw]])
    try edit(&tee)
    return tee
  }

  private func check(
    _ document: EvidenceDocument, _ tee: TrustPolicy.TEE? = nil, at time: Int64 = now
  ) throws -> Check {
    let check = BoundAppraisal.verifying()(document, try tee ?? Self.tee(), time)
    #expect(check.name == .tee)
    let name = document.kind == .simulated ? "simulated, no trusted hardware" : document.kind.rawValue
    #expect(check.detail.hasPrefix("\(name): "))
    return check
  }

  @Test("a simulated document passes under a policy that names its root, and says that it is simulated")
  func honest() throws {
    #expect(try check(Self.document()).state == .pass)
    let measured = try Self.tee {
      $0.measurements = [.simulated: ["measurement": [String(repeating: "07", count: 32)]]]
    }
    #expect(try check(Self.document(), measured).state == .pass)
  }

  @Test("an execution's evidence is worth what its policy says, and nothing to another key or outside its epoch")
  func result() throws {
    var execution = try Executed.honest().execution
    execution.startedUnixMs = UInt64(Self.now) * 1000
    func result(_ tee: TrustPolicy.TEE, key: Digest32 = Self.keyID) throws -> AttestationResult {
      BoundAppraisal(tee).result(of: try Self.document(), for: execution, signedBy: key.bytes)
    }
    let honest = try result(Self.tee())
    #expect(honest.status == .warning && honest.kind == "simulated" && honest.time == Self.now)
    #expect(honest.trustworthiness.hardware == 32 && honest.trustworthiness.instanceIdentity == 2)
    #expect(try result(Self.tee { $0.roots = [:] }).status == .contraindicated)
    #expect(try result(Self.tee(), key: SHA256.hash([2])).status == .contraindicated)
    for started in [UInt64(Self.now) * 1000 - 6, UInt64(Self.now) * 1000 + 5] {
      execution.startedUnixMs = started
      let outside = try result(Self.tee())
      #expect(outside.status == .contraindicated && outside.time == Int64(started / 1000))
      #expect(outside.trustworthiness == .init(instanceIdentity: 99, configuration: 99, executables: 99, hardware: 99))
    }
  }

  @Test("another nonce, another key, an unnamed root, debug, another measurement or another time fail and are named")
  func refusals() throws {
    func expect(_ check: Check, _ why: String) {
      #expect(check.state == .fail && check.detail.contains(why) && !check.detail.contains("format: "), "\(check)")
    }
    var document = try Self.document()
    document.nonce = try EvidenceNonce(asked: Array(1...32))
    expect(try check(document), "report_data: ")
    document = try Self.document()
    document.keyID = SHA256.hash([2])
    expect(try check(document), "report_data: ")
    expect(try check(Self.document(), Self.tee { $0.roots = [:] }), "chain: ")
    expect(
      try check(Self.document(), Self.tee { $0.roots[.simulated] = [try SigningKey.generate().publicKey.raw] }),
      "chain: ")
    expect(try check(Self.document(), Self.tee { $0.kinds = [.tdx] }), "does not accept evidence of this kind")
    expect(try check(Self.document { $0.isDebug = true }), "debug: ")
    expect(try check(Self.document(), at: Self.now + 11), "validity: ")
    let other = try Self.tee { $0.measurements = [.simulated: ["measurement": ["00"]]] }
    expect(try check(Self.document(), other), "measurements: ")
    document = EvidenceDocument(
      kind: .tdx, keyID: Self.keyID, nonce: try Self.nonce(), evidence: try EvidenceVector.read("tdx/phala_v4.dat"),
      collateral: [[1, 2, 3]])
    expect(try check(document, TrustPolicy.TEE(kinds: [.tdx])), "a collateral file")
  }

  /// Kind, evidence, collateral in the document, time.
  private static let real: [(EvidenceDocument.Kind, String, [String], String)] = [
    (.tdx, "tdx/phala_v4.dat", ["tdx/phala_v4_collateral.json"], "2025-06-25T00:00:00Z"),
    (
      .sevSNP, "sev-snp/virtee_milan_report.bin", ["sev-snp/virtee_milan_vcek.der", "sev-snp/ask_ark_milan.pem"],
      "2024-01-01T00:00:00Z"
    ),
    (.nitro, "nitro/base_20260103_indefinite.bin", [], "2026-01-03T20:41:07Z"),
  ]

  @Test(
    "real evidence of somebody else's key fails by its report data alone, and passes as what it is", arguments: 0..<3)
  func real(_ index: Int) throws {
    let (kind, file, collateral, at) = Self.real[index]
    let document = EvidenceDocument(
      kind: kind, keyID: Self.keyID, nonce: try Self.nonce(), evidence: try EvidenceVector.read(file),
      collateral: try collateral.map(EvidenceVector.read))
    let tee = TrustPolicy.TEE(kinds: [kind])
    let appraisal = try BoundAppraisal(tee).appraise(document, at: EvidenceVector.time(at))
    #expect(appraisal.checks.filter { $0.state == .fail }.map(\.name) == [.reportData], "\(appraisal.checks)")
    let check = try check(document, tee, at: EvidenceVector.time(at))
    #expect(check.state == .fail && check.detail.contains("report_data"))
    // Nothing but the report data was wrong.
    let stated = try AttestedReportData.of(document.evidence, kind: kind)
    #expect(stated != document.reportData)
    var handed = Collateral()
    for piece in document.collateral { try handed.add(piece) }
    #expect(
      Appraiser(collateral: handed).appraise(
        document.evidence, kind: EvidenceKind(kind), at: EvidenceVector.time(at)
      ).isAccepted)
  }

  @Test("roots of the policy stand in the vendor's place")
  func roots() throws {
    let (kind, file, _, at) = Self.real[2]
    let root = try #require(VendorRoots.of(.tdx).first)
    let document = EvidenceDocument(
      kind: kind, keyID: Self.keyID, nonce: try Self.nonce(), evidence: try EvidenceVector.read(file))
    let tee = TrustPolicy.TEE(kinds: [kind], roots: [kind: [root.der]])
    let appraisal = try BoundAppraisal(tee).appraise(document, at: EvidenceVector.time(at))
    #expect(appraisal[.chain] == .fail)
  }

  @Test("a report under a root of the policy passes with its certificates, and is not checked without them")
  func minted() throws {
    var minted = try MintedSNP()
    var document = EvidenceDocument(kind: .sevSNP, keyID: Self.keyID, nonce: try Self.nonce(), evidence: [])
    minted.reportData = document.reportData
    document.evidence = try minted.report()
    let tee = TrustPolicy.TEE(kinds: [.sevSNP], roots: [.sevSNP: [minted.root.certificate.der]])
    let without = try check(document, tee, at: TestIssuer.now)
    #expect(without.state == .notChecked && without.detail.contains("chain: "), "\(without)")
    document.collateral = [minted.middle.certificate.der, minted.signer.certificate.der]
    #expect(try check(document, tee, at: TestIssuer.now).state == .pass)
    #expect(try check(document, TrustPolicy.TEE(kinds: [.sevSNP]), at: TestIssuer.now).state == .fail)
  }

  @Test("without the collateral that it needs evidence is not checked, never passed")
  func missing() throws {
    let snp = Self.real[1]
    let document = EvidenceDocument(
      kind: .sevSNP, keyID: Self.keyID, nonce: try Self.nonce(), evidence: try EvidenceVector.read(snp.1))
    let appraisal = try BoundAppraisal(TrustPolicy.TEE(kinds: [.sevSNP])).appraise(document, at: 1_700_000_000)
    #expect(!appraisal.isAccepted)
    #expect(appraisal[.chain] == .notChecked)
  }

  @Test("report data is read of each kind, and what is of another format is an error")
  func reportData() throws {
    #expect(try AttestedReportData.of(Self.document().evidence, kind: .simulated) == Self.document().reportData)
    #expect(try AttestedReportData.of(EvidenceVector.read("tdx/phala_v4.dat"), kind: .tdx)?.count == 64)
    let snp = try EvidenceVector.read("sev-snp/virtee_milan_report.bin")
    #expect(try AttestedReportData.of(snp, kind: .sevSNP) == Array(snp[0x50..<0x90]))
    for kind in EvidenceDocument.Kind.allCases {
      #expect(throws: (any Error).self) { try AttestedReportData.of([1, 2, 3], kind: kind) }
    }
    let large = [UInt8](repeating: 1, count: 1 << 20 + 1)
    let due = #expect(throws: AppraisalError.self) { try Appraiser.checkSize(large) }
    for kind in EvidenceDocument.Kind.allCases {
      let error = #expect(throws: AppraisalError.self) { try AttestedReportData.of(large, kind: kind) }
      #expect(error == due)
    }
    // An enclave is no trust domain.
    let sgx = EvidenceText.decode(try EvidenceVector.read("sgx/phala_v3.dat"))
    #expect(throws: AppraisalError.self) { try AttestedReportData.of(sgx, kind: .tdx) }
  }
}
