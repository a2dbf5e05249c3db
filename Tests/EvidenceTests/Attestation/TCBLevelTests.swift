import Codec
import Cryptography
import Receipts
import Testing

@testable import Evidence

/// Intel's lists against real quotes, apart from who signed the list and when.
@Suite struct TCBLevelTests {
  private func parts(_ quote: String, _ info: String) throws -> (TCBInfo, PCKCertificate, TDReport) {
    let quote = try Quote(EvidenceVector.read("tdx/\(quote)"))
    let chain = try X509Bundle(quote.certificationData).certificates
    let platform = try PCKCertificate(try #require(chain.first))
    let json = try JSON(parsing: EvidenceVector.read("tdx/\(info)"))
    return (try TCBInfo(try #require(json["tcbInfo"])), platform, try #require(quote.domain))
  }

  @Test("A platform whose PCE is behind is out of date, whatever its TDX module is")
  func outOfDate() throws {
    let (info, platform, report) = try parts("coco_tdx_quote_6.dat", "coco_tcbinfo.json")
    #expect(info.fmspc == platform.fmspc && info.pceID == platform.pceID && info.isTDX)
    #expect(try info.level(of: platform, svn: report.teeTCBSVN).status == .outOfDate)
    #expect(try info.module(of: report).status == .upToDate)
  }

  @Test("A list of version 3 says whether it is of SGX or of TDX, and nothing else")
  func kinds() throws {
    let json = try JSON(parsing: EvidenceVector.read("tdx/coco_tcbinfo.json"))
    let members = try #require(json["tcbInfo"]?.objectValue)
    func isTDX(_ id: JSON) throws -> Bool {
      try TCBInfo(.object(members.map { $0.name == "id" ? JSONMember("id", id) : $0 })).isTDX
    }
    #expect(try isTDX("TDX") && !isTDX("SGX"))
    for id in ["", "tdx", "XTD", "SGX "] { #expect(throws: AppraisalError.self) { try isTDX(.string(id)) } }
  }

  @Test("A platform below every level reaches none")
  func unmatched() throws {
    let (info, platform, report) = try parts("google_v4_spr_e4.dat", "google_tcbinfo_50806f000000.json")
    #expect(info.fmspc == platform.fmspc)
    #expect(throws: AppraisalError.self) { try info.level(of: platform, svn: report.teeTCBSVN) }
  }

  @Test("From major version 1 of the TDX module on, its own versions are not the platform's")
  func module() throws {
    let (info, platform, report) = try parts("coco_tdx_quote_6.dat", "coco_tcbinfo.json")
    var svn = report.teeTCBSVN
    (svn[0], svn[1]) = (0, 1)
    #expect(try info.level(of: platform, svn: svn).status == .outOfDate)
    svn[1] = 0
    #expect(throws: AppraisalError.self) { try info.level(of: platform, svn: svn) }
  }

  @Test("Statuses join to the worse of both, and revocation outweighs all")
  func joined() {
    let all: [TCBStatus] = [
      .upToDate, .swHardeningNeeded, .configurationNeeded, .configurationAndSWHardeningNeeded, .outOfDate,
      .outOfDateConfigurationNeeded, .revoked,
    ]
    for status in all {
      #expect(status.joined(with: .upToDate) == status && TCBStatus.upToDate.joined(with: status) == status)
      #expect(status.joined(with: .revoked) == .revoked && TCBStatus.revoked.joined(with: status) == .revoked)
      #expect(status.joined(with: status) == status)
      for other in all {
        #expect(status.joined(with: other) == other.joined(with: status))
        #expect((status.joined(with: other) == .upToDate) == (status == .upToDate && other == .upToDate))
      }
    }
    #expect(TCBStatus.configurationNeeded.joined(with: .outOfDate) == .outOfDateConfigurationNeeded)
    #expect(TCBStatus.swHardeningNeeded.joined(with: .outOfDate) == .outOfDate)
    #expect(TCBStatus.swHardeningNeeded.joined(with: .configurationNeeded) == .configurationAndSWHardeningNeeded)
  }
}
