import Cryptography
import Receipts
import Testing

@testable import Evidence

/// What a trust policy says of a platform's firmware decides about the documents of its kind.
@Suite struct BoundFirmwareTests {
  private static let keyID = SHA256.hash([1])

  private static func nonce() throws -> EvidenceNonce { try EvidenceNonce(asked: Array(1...32)) }

  private static func reportData() throws -> [UInt8] { EvidenceDocument.reportData(nonce: try nonce(), keyID: keyID) }

  private func check(
    _ kind: EvidenceDocument.Kind, _ evidence: [UInt8], _ collateral: Collateral, _ tee: TrustPolicy.TEE
  ) throws -> Check {
    let document = EvidenceDocument(kind: kind, keyID: Self.keyID, nonce: try Self.nonce(), evidence: evidence)
    return BoundAppraisal.verifying(collateral)(document, tee, TestIssuer.now)
  }

  /// Of a quote whose platform Intel gave `status`, under a policy that lists `statuses`.
  private func quote(_ status: TCBStatus, _ statuses: [TCBStatus]?) throws -> Check {
    var minted = try MintedDCAP()
    minted.reportData = try Self.reportData()
    minted.tcbInfo = minted.tcbInfo.replacing(
      #""tcbStatus":"UpToDate","advisoryIDs""#, with: #""tcbStatus":"\#(status.rawValue)","advisoryIDs""#,
      maxReplacements: 1)
    var tee = TrustPolicy.TEE(kinds: [.tdx], roots: [.tdx: [minted.root.certificate.der]])
    tee.tcbStatuses[.tdx] = statuses
    return try check(.tdx, minted.quote(), minted.collateral(), tee)
  }

  @Test("a status passes where the policy lists it, up to date alone where it lists none, and a revoked one nowhere")
  func statuses() throws {
    for status in TCBStatus.allCases {
      let (unsaid, listed) = (try quote(status, nil), try quote(status, [.outOfDate, status]))
      #expect(unsaid.state == (status == .upToDate ? .pass : .fail), "\(unsaid)")
      #expect(listed.state == (status == .revoked ? .fail : .pass), "\(listed)")
      let other = try quote(status, TCBStatus.acceptable.filter { $0 != status })
      #expect(other.state == .fail && other.detail.contains("tcb: the TCB is \(status.rawValue)"), "\(other)")
    }
    #expect(try quote(.revoked, [.revoked]).detail.contains("no policy can accept it"))
    #expect(try quote(.upToDate, [.outOfDate]).detail.contains("the policy accepts OutOfDate"))
  }

  @Test("a report passes where each part that the policy names has its least version, and any does where it names none")
  func versions() throws {
    // Boot loader 4, TEE 0, SNP 24, microcode 219.
    var minted = try MintedSNP()
    minted.reportData = try Self.reportData()
    var collateral = Collateral()
    collateral.certificates = [minted.middle.certificate, minted.signer.certificate]
    func found(_ least: [TCBPart: Int]?) throws -> Check {
      var tee = TrustPolicy.TEE(kinds: [.sevSNP], roots: [.sevSNP: [minted.root.certificate.der]])
      tee.tcbMinimum[.sevSNP] = least
      return try check(.sevSNP, minted.report(), collateral, tee)
    }
    // Milan has no FMC.
    for least: [TCBPart: Int]? in [
      nil, [.bootLoader: 4, .tee: 0, .snp: 24, .microcode: 219], [.fmc: 255], [.snp: 0],
    ] {
      #expect(try found(least).state == .pass, "\(String(describing: least))")
    }
    for (part, least) in [TCBPart.bootLoader: 5, .tee: 1, .snp: 25, .microcode: 220] {
      let check = try found([part: least])
      let why = "tcb: \(part.rawValue) is at \(least - 1), the policy's least is \(least)"
      #expect(check.state == .fail && check.detail.contains(why), "\(check)")
    }
  }
}
