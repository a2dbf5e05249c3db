import Codec
import Testing

@testable import Receipts

/// How new a platform's firmware has to be, as the file of a trust policy says it.
@Suite struct TrustPolicyTCBTests {
  private func read(_ tee: JSON) throws -> TrustPolicy.TEE {
    try #require(try TrustPolicy(World.trust().json.with(["tee"], tee).serialized()).tee)
  }

  @Test func `statuses and least versions are read and written as they were listed`() throws {
    let tee = TrustPolicy.TEE(
      kinds: [.tdx, .sevSNP], tcbStatuses: [.tdx: [.swHardeningNeeded, .upToDate]],
      tcbMinimum: [.sevSNP: [.snp: 255, .fmc: 0]])
    let json: JSON = [
      "kinds": ["tdx", "sev-snp"], "tcb_statuses": ["tdx": ["SWHardeningNeeded", "UpToDate"]],
      "tcb_minimum": ["sev-snp": ["snp": 255, "fmc": 0]],
    ]
    #expect(try read(json) == tee && tee.json == json)
  }

  @Test func `a policy that says nothing of firmware leaves the default`() throws {
    let tee = try read(["kinds": ["tdx"]])
    #expect(tee.tcbStatuses.isEmpty && tee.tcbMinimum.isEmpty && tee.json == ["kinds": ["tdx"]])
    #expect(try read(["kinds": [], "tcb_statuses": [:], "tcb_minimum": [:]]) == TrustPolicy.TEE(kinds: []))
  }

  @Test func `any status of Intel's but one may be listed, and any part of AMD's may have a least version`() throws {
    for status in TCBStatus.allCases {
      let listed = try? read(["kinds": ["tdx"], "tcb_statuses": ["tdx": [.string(status.rawValue)]]])
      #expect(listed?.tcbStatuses == (status == .revoked ? nil : [.tdx: [status]]))
    }
    #expect(TCBStatus.allCases.count == 7 && TCBStatus.acceptable.count == 6)
    for part in TCBPart.allCases {
      let listed = try read(["kinds": ["sev-snp"], "tcb_minimum": ["sev-snp": [part.rawValue: 7]]])
      #expect(listed.tcbMinimum == [.sevSNP: [part: 7]])
    }
  }

  private static let mistakes: [(tee: JSON, why: String)] = [
    (["tcb_statuses": ["tdx": ["UpToDate", "Revoked"]]], "tcb_statuses.tdx \"Revoked\" can never be accepted"),
    (["tcb_statuses": ["tdx": ["uptodate"]]], "\"uptodate\" can never be accepted"),
    (["tcb_statuses": ["tdx": []]], "1 to 6 strings"), (["tcb_statuses": ["tdx": [1]]], "1 to 6 strings"),
    (["tcb_statuses": ["tdx": "UpToDate"]], "1 to 6 strings"),
    (["tcb_statuses": ["UpToDate"]], "tcb_statuses must be an object"),
    (["tcb_statuses": ["simulated": ["UpToDate"]]], "simulated has no TCB statuses"),
    (["tcb_statuses": ["nitro": ["UpToDate"]]], "nitro has no TCB statuses"),
    (["tcb_statuses": ["sev-snp": ["UpToDate"]]], "sev-snp has no TCB statuses"),
    (["tcb_statuses": ["sgx": ["UpToDate"]]], "\"sgx\" is none of"),
    (["kinds": ["sev-snp"], "tcb_statuses": ["tdx": ["UpToDate"]]], "says something of tdx"),
    (["tcb_minimum": ["sev-snp": [:]]], "at least one of boot_loader, tee, snp, microcode, fmc"),
    (["tcb_minimum": ["sev-snp": 8]], "at least one of"),
    (["tcb_minimum": ["sev-snp": ["luck": 1]]], "\"luck\" is none of"),
    (["tcb_minimum": ["sev-snp": ["snp": 256]]], "tcb_minimum.sev-snp.snp must be an integer of 0 to 255"),
    (["tcb_minimum": ["sev-snp": ["snp": -1]]], "0 to 255"), (["tcb_minimum": ["sev-snp": ["snp": "8"]]], "0 to 255"),
    (["tcb_minimum": ["snp": 8]], "\"snp\" is none of"), (["tcb_minimum": []], "tcb_minimum must be an object"),
    (["tcb_minimum": ["tdx": ["snp": 8]]], "tdx has no versions by part"),
    (["tcb_minimum": ["simulated": ["snp": 8]]], "simulated has no versions by part"),
    (["kinds": ["tdx"], "tcb_minimum": ["sev-snp": ["snp": 8]]], "says something of sev-snp"),
  ]

  @Test(arguments: mistakes.indices)
  func `what no policy can say of firmware is refused, and named`(_ index: Int) throws {
    let (tee, why) = Self.mistakes[index]
    let kinds: JSON = ["simulated", "nitro", "tdx", "sev-snp"]
    let error = #expect(throws: ReceiptError.self) { try read(tee["kinds"] == nil ? tee.with(["kinds"], kinds) : tee) }
    #expect(error.map { "\($0)".contains(why) } == true, "\(String(describing: error))")
  }
}
