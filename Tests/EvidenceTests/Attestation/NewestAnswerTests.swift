import Codec
import Cryptography
import Receipts
import Testing

@testable import Evidence

/// Several of Intel's answers for one platform: which one counts, and as of when.
@Suite struct NewestAnswerTests {
  private static let now = TestIssuer.now
  /// When the answers of ``MintedDCAP`` have ended and the certificates have not.
  private static let later = EvidenceVector.time("2026-07-15T00:00:00Z")

  private let minted: MintedDCAP

  init() throws { minted = try MintedDCAP() }

  /// One of Intel's answers with other dates, in which what is up to date has `status`.
  private func answer(
    _ name: String, _ issued: String, _ ends: String, status: TCBStatus? = nil
  ) throws -> [UInt8] {
    var text = name == "tcbInfo" ? minted.tcbInfo : minted.identity
    text = text.replacing("2026-05-20T00:00:00Z", with: issued).replacing("2026-06-20T00:00:00Z", with: ends)
    if let status {
      // The first level; that of the module stands before the others.
      let (old, new) = (#""tcbStatus":"UpToDate""#, #""tcbStatus":"\#(status.rawValue)""#)
      text = text.replacing(old, with: new)
    }
    return try signed(name, text)
  }

  private func signed(_ name: String, _ text: String) throws -> [UInt8] {
    let signature = Hex.encode(try minted.tcbSigner.key.sign(Array(text.utf8)))
    return Array(#"{"\#(name)":\#(text),"signature":"\#(signature)"}"#.utf8)
  }

  /// With these answers before those that are minted, or behind them.
  private func appraise(
    _ more: [[UInt8]], behind: Bool = false, alone: Bool = false, at time: Int64 = now, currentAt: Int64? = nil
  ) throws -> Appraisal {
    var handed = try minted.collateral()
    let own = handed.documents
    handed.documents = []
    for piece in more { try handed.add(piece) }
    if !alone { handed.documents = behind ? own + handed.documents : handed.documents + own }
    handed.currentAt = currentAt
    var policy = AppraisalPolicy()
    policy.roots[.tdx] = [minted.root.certificate]
    return Appraiser(policy: policy, collateral: handed).appraise(try minted.quote(), kind: .tdx, at: time)
  }

  @Test("the newest that is current counts, in whatever order they come", arguments: [false, true])
  func newest(_ behind: Bool) throws {
    for name in ["tcbInfo", "enclaveIdentity"] {
      let newer = try answer(name, "2026-05-25T00:00:00Z", "2026-06-25T00:00:00Z", status: .outOfDate)
      let found = try appraise([newer], behind: behind)
      #expect(found[.tcb] == .fail && found.claims.contains { $0.value == "OutOfDate" }, "\(name)")
      // It did not say so a day before it was issued, nor does it when it has ended; to the second.
      let (issued, ended) = ("2026-06-01T00:00:01Z", "2026-05-31T23:59:59Z")
      #expect(
        try appraise([answer(name, issued, "2026-07-01T00:00:00Z", status: .outOfDate)], behind: behind).isAccepted)
      #expect(
        try appraise([answer(name, "2026-05-25T00:00:00Z", ended, status: .outOfDate)], behind: behind).isAccepted)
      for (from, to) in [
        ("2026-06-01T00:00:00Z", "2026-07-01T00:00:00Z"), ("2026-05-25T00:00:00Z", "2026-06-01T00:00:00Z"),
      ] {
        #expect(try appraise([answer(name, from, to, status: .outOfDate)], behind: behind)[.tcb] == .fail)
      }
    }
  }

  @Test("of those of one date the first handed in counts; where none is current, the first, and fails")
  func ties() throws {
    for (name, check) in [("tcbInfo", SubCheck.Name.tcbInfo), ("enclaveIdentity", .quotingEnclaveIdentity)] {
      let same = try answer(name, "2026-05-20T00:00:00Z", "2026-06-20T00:00:00Z", status: .outOfDate)
      #expect(try appraise([same])[.tcb] == .fail && appraise([same], behind: true).isAccepted)
      let ended = try answer(name, "2026-01-20T00:00:00Z", "2026-02-20T00:00:00Z")
      let other = try answer(
        name == "tcbInfo" ? "enclaveIdentity" : "tcbInfo", "2026-05-20T00:00:00Z", "2026-06-20T00:00:00Z")
      let stale = try appraise([ended, other], alone: true)
      #expect(stale[check] == .fail && stale[.tcb] == .notChecked)
    }
  }

  @Test("each that is handed in must be readable, be it of another family")
  func readable() throws {
    let foreign = minted.tcbInfo.replacing("010203040506", with: "0102030405ff")
    #expect(try appraise([signed("tcbInfo", foreign)], behind: true).isAccepted)
    let broken = foreign.replacing(#""tcbType":0"#, with: #""tcbType":1"#)
    #expect(try appraise([signed("tcbInfo", broken)], behind: true)[.tcbInfo] == .fail)
    let old = minted.identity.replacing(#""version":2"#, with: #""version":1"#)
    #expect(try appraise([signed("enclaveIdentity", old)], behind: true)[.quotingEnclaveIdentity] == .fail)
    // One that the platform does not ask for is not read.
    let sgx = old.replacing("TD_QE", with: "QE")
    #expect(try appraise([signed("enclaveIdentity", sgx)], behind: true).isAccepted)
  }

  @Test("evidence of then by what is known later: answers and lists of later, certificates of then")
  func later() throws {
    func known(_ status: TCBStatus? = nil) throws -> [[UInt8]] {
      [
        try answer("tcbInfo", "2026-07-01T00:00:00Z", "2026-08-01T00:00:00Z", status: status),
        try answer("enclaveIdentity", "2026-07-01T00:00:00Z", "2026-08-01T00:00:00Z"),
      ]
    }
    #expect(try appraise(known(), currentAt: Self.later).isAccepted)
    #expect(try appraise(known(.outOfDate), currentAt: Self.later)[.tcb] == .fail)
    // As of then nothing of this was known, and as of later what was known then is not enough.
    #expect(try appraise(known(.outOfDate)).isAccepted)
    #expect(try appraise([], currentAt: Self.later)[.tcbInfo] == .fail)
    // The platform's certificate may have ended by then; its revocation counts, and so does the end of a list.
    var short = minted
    let value = MintedDCAP.sgxExtension(fmspc: [1, 2, 3, 4, 5, 6])
    short.platform = try short.middle.issue(
      "Test PCK", .p256, serial: 9, to: Self.now + 1, extensions: [PCKCertificate.oid: value])
    #expect(try NewestAnswerTests(short).appraise(known(), currentAt: Self.later).isAccepted)
    #expect(try NewestAnswerTests(short).appraise([], at: Self.now + 2)[.validity] == .fail)
    short.revokedByMiddle = [9]
    #expect(try NewestAnswerTests(short).appraise(known(), currentAt: Self.later)[.revocation] == .fail)
    #expect(try appraise(known(), currentAt: TestIssuer.to + 1)[.revocation] == .fail)
  }

  private init(_ minted: MintedDCAP) { self.minted = minted }

  @Test("a result of later says as of when, and what has become known of the platform")
  func result() throws {
    var minted = minted
    let keyID = SHA256.hash([1])
    let nonce = try EvidenceNonce(
      fromUnixMs: UInt64(Self.now) * 1000 - 5, toUnixMs: UInt64(Self.now) * 1000 + 5)
    minted.reportData = EvidenceDocument.reportData(nonce: nonce, keyID: keyID)
    var execution = try Executed.honest().execution
    execution.startedUnixMs = UInt64(Self.now) * 1000
    let document = EvidenceDocument(kind: .tdx, keyID: keyID, nonce: nonce, evidence: try minted.quote())
    let tee = TrustPolicy.TEE(kinds: [.tdx], roots: [.tdx: [minted.root.certificate.der]])
    var handed = try minted.collateral()
    func result() -> AttestationResult {
      BoundAppraisal(tee, collateral: handed).result(of: document, for: execution, signedBy: keyID.bytes)
    }
    #expect(result().status == .affirming && result().time == Self.now)
    try handed.add(answer("tcbInfo", "2026-07-01T00:00:00Z", "2026-08-01T00:00:00Z", status: .outOfDate))
    try handed.add(answer("enclaveIdentity", "2026-07-01T00:00:00Z", "2026-08-01T00:00:00Z"))
    #expect(result().status == .affirming)
    handed.currentAt = Self.later
    #expect(result().status == .contraindicated && result().time == Self.later)
    #expect(result().trustworthiness.hardware == 96 && result().trustworthiness.instanceIdentity == 2)
    execution.startedUnixMs += 5
    #expect(result().status == .contraindicated && result().time == Self.later)
  }
}
