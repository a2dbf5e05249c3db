import Codec
import Cryptography
import Testing

@testable import Evidence

@Suite struct MintedDCAPTests {
  /// A quote with one thing changed.
  private func spoilt(_ change: (inout MintedDCAP) throws -> Void) throws -> Appraisal {
    var minted = try MintedDCAP()
    try change(&minted)
    return try minted.appraise()
  }

  @Test("A quote under the policy's root passes in both versions, and fails under the vendor's and a namesake's")
  func root() throws {
    var minted = try MintedDCAP()
    #expect(try minted.appraise().isAccepted)
    minted.version = 5
    #expect(try minted.appraise().isAccepted)
    #expect(try minted.appraise { $0.roots = [:] }[.chain] == .fail)
    let other = try MintedDCAP()
    #expect(try minted.appraise { $0.roots[.tdx] = [other.root.certificate] }[.chain] == .fail)
    minted.platform = other.platform
    #expect(try minted.appraise()[.chain] == .fail)
  }

  @Test("The quote: debug bits, another vendor, another bound key, what follows it")
  func quote() throws {
    for bit in 0..<8 { #expect(try spoilt { $0.tdAttributes[0] = 1 << UInt8(bit) }[.debug] == .fail) }
    #expect(try spoilt { $0.vendor[0] ^= 1 }[.format] == .fail)
    #expect(try spoilt { $0.version = 6 }[.format] == .fail)
    #expect(try spoilt { $0.boundKey = try TestKey(.p256).point }[.quotingEnclave] == .fail)
    #expect(try spoilt { $0.padding = [0, 0, 0] }.isAccepted)
    #expect(try spoilt { $0.padding = [0, 1, 0] }.isAccepted)
  }

  @Test("The quoting enclave: version, attributes, misc select, signer and product are Intel's identity's")
  func enclave() throws {
    #expect(try spoilt { $0.enclaveISVSVN = 7 }[.tcb] == .fail)
    #expect(try spoilt { $0.enclaveISVSVN = 5 }[.quotingEnclaveIdentity] == .fail)
    #expect(try spoilt { $0.enclaveAttributes[0] |= 2 }[.quotingEnclaveIdentity] == .fail)
    #expect(try spoilt { $0.enclaveAttributes[0] |= 4 }.isAccepted)
    #expect(try spoilt { $0.enclaveMiscSelect[0] = 1 }[.quotingEnclaveIdentity] == .fail)
    for (word, other) in [("dcdc", "dcdd"), (#""isvprodid":2"#, #""isvprodid":3"#), ("TD_QE", "QE")] {
      let state = try spoilt { $0.identity.replaceFirst(word, other) }[.quotingEnclaveIdentity]
      #expect(state == (other == "QE" ? .notChecked : .fail), "\(word)")
    }
  }

  @Test("TCB: every level below, the module's own levels, revoked ones, and what a policy accepts")
  func tcb() throws {
    func platform(_ minted: inout MintedDCAP, _ components: [UInt8], fmspc: [UInt8] = [1, 2, 3, 4, 5, 6]) throws {
      let value = MintedDCAP.sgxExtension(fmspc: fmspc, components: components)
      minted.platform = try minted.middle.issue("Test PCK", .p256, serial: 9, extensions: [PCKCertificate.oid: value])
    }
    for index in 0..<16 {
      var components = [UInt8](repeating: 3, count: 16)
      components[index] = 2
      var minted = try MintedDCAP()
      try platform(&minted, components)
      #expect(try minted.appraise()[.tcb] == .fail, "component \(index)")
      #expect(try minted.appraise { $0.tcbStatuses.insert("OutOfDate") }.isAccepted)
      components[index] = 1
      try platform(&minted, components)
      let unmatched = try minted.appraise { $0.tcbStatuses = ["UpToDate", "OutOfDate", "Revoked"] }
      #expect(unmatched[.tcb] == .fail, "component \(index) reaches no level")
    }
    #expect(
      try spoilt { try platform(&$0, .init(repeating: 3, count: 16), fmspc: [9, 9, 9, 9, 9, 9]) }[.tcbInfo] == .fail)
    #expect(try spoilt { $0.teeTCBSVN[2] = 2 }[.tcb] == .fail)
    #expect(try spoilt { $0.teeTCBSVN[0] = 5 }[.tcb] == .fail)
    #expect(try spoilt { $0.teeTCBSVN[0] = 3 }[.tcb] == .fail)
    #expect(try spoilt { $0.teeTCBSVN[1] = 2 }[.tcb] == .fail)
    // The module of TDX 1.0 has no levels of its own: its version counts as a component.
    #expect(try spoilt { $0.teeTCBSVN[1] = 0 }.isAccepted)
    let signer = #""id":"TDX_01","mrsigner":"0"#
    #expect(try spoilt { $0.tcbInfo.replaceFirst(signer + "0", signer + "1") }[.tcb] == .fail)
    let older = try spoilt {
      $0.teeTCBSVN[1] = 0
      $0.seamAttributes[7] = 1
    }
    #expect(older[.tcb] == .fail)
    #expect(try spoilt { $0.teeTCBSVN = [5, 0, 3] + [UInt8](repeating: 0, count: 13) }[.tcb] == .fail)
    #expect(try spoilt { $0.seamAttributes[7] = 1 }[.tcb] == .fail)
    #expect(
      try spoilt { $0.tcbInfo.replaceFirst(#""tcbStatus":"UpToDate","adv"#, #""tcbStatus":"Revoked","adv"#) }[.tcb]
        == .fail)
    #expect(try spoilt { $0.tcbInfo.replaceFirst(#""pcesvn":11"#, #""pcesvn":12"#) }[.tcb] == .fail)
    #expect(try spoilt { $0.tcbInfo.replaceFirst("UpToDate", "Perfect") }[.tcb] != .pass)
  }

  @Test("A policy may pin what the quote measures, the platform's family and what Intel says of it")
  func measurements() throws {
    let minted = try MintedDCAP()
    for (name, value) in [
      ("mr_td", String(repeating: "ab", count: 48)), ("fmspc", "010203040506"), ("tcb_status", "UpToDate"),
      ("advisories", "INTEL-SA-0"),
    ] {
      let pinned = try minted.appraise { $0.measurements = [name: ["00", value]] }
      #expect(pinned.isAccepted && pinned[.measurements] == .pass, "\(name)")
      let other = try minted.appraise { $0.measurements = [name: ["00"]] }
      #expect(!other.isAccepted && other[.measurements] == .fail, "\(name)")
    }
    // A claim that was not reached is none that the policy lists; of bytes that are no quote nothing is looked at.
    let chainless = try minted.appraise {
      $0.roots = [:]
      $0.measurements = ["tcb_status": ["UpToDate"]]
    }
    #expect(chainless[.measurements] == .fail)
    var policy = AppraisalPolicy()
    policy.measurements = ["mr_td": ["00"]]
    #expect(Appraiser(policy: policy).appraise([1], kind: .tdx, at: TestIssuer.now)[.measurements] == .notChecked)
  }

  @Test("The line of the TCB says the status, and the advisories where there are any")
  func status() throws {
    func detail(_ appraisal: Appraisal) -> String? { appraisal.checks.first { $0.name == .tcb }?.detail }
    #expect(try detail(spoilt { _ in }) == "UpToDate (INTEL-SA-0)")
    #expect(try detail(spoilt { $0.tcbInfo.replaceFirst(#""INTEL-SA-0""#, "") }) == "UpToDate")
  }

  @Test("Collateral: signed by another, changed by a space, before and after its time, of another family, revoked")
  func collateral() throws {
    #expect(try spoilt { $0.collateralSigner = $0.middle }[.tcbInfo] == .fail)
    #expect(try spoilt { $0.collateralSigner = $0.platform }[.quotingEnclaveIdentity] == .fail)
    let namesake = try spoilt { $0.collateralSigner = try $0.root.issue("Intel SGX TCB Singing", .p256, serial: 4) }
    #expect(namesake[.tcbInfo] == .fail)
    let second = try spoilt { $0.collateralSigner = try $0.root.issue("Intel SGX TCB Signing", .p256, serial: 4) }
    #expect(second.isAccepted)
    for id in ["SGX", "XTD"] {
      #expect(try spoilt { $0.tcbInfo.replaceFirst(#""id":"TDX""#, #""id":"\#(id)""#) }[.tcbInfo] == .fail)
    }
    #expect(try spoilt { $0.tcbInfo.replaceFirst(#""version":3"#, #""version":4"#) }[.tcbInfo] == .fail)
    #expect(try spoilt { $0.tcbInfo.replaceFirst(#""tcbType":0"#, #""tcbType":1"#) }[.tcbInfo] == .fail)
    #expect(try spoilt { $0.tcbInfo.replaceFirst(#""pceId":"0000""#, #""pceId":"0001""#) }[.tcbInfo] == .fail)
    #expect(try spoilt { $0.tcbInfo.replaceFirst(#"{"svn":3},"#, "") }[.tcbInfo] == .fail)
    #expect(try spoilt { $0.identity.replaceFirst(#""version":2"#, #""version":3"#) }[.quotingEnclaveIdentity] == .fail)
    let level = #""tcbLevels":[{"tcb":{"isvsvn":6},"tcbStatus":"UpToDate""#
    let advised = try spoilt {
      $0.tcbInfo.replaceFirst(level, level + #","advisoryIDs":["INTEL-SA-0","INTEL-SA-1"]"#)
    }
    #expect(advised.claims.contains { $0.name == "advisories" && $0.value == "INTEL-SA-0,INTEL-SA-1" })
    #expect(try spoilt { $0.revokedByMiddle = [9] }[.revocation] == .fail)
    #expect(try spoilt { $0.revokedByRoot = [2] }[.revocation] == .fail)
    #expect(try spoilt { $0.revokedByRoot = [3] }[.tcbInfo] == .fail)
    let minted = try MintedDCAP()
    let (from, to) = ("2026-05-20T00:00:00Z", "2026-06-20T00:00:00Z")
    for (time, accepted) in [
      (EvidenceVector.time(from) - 1, false), (EvidenceVector.time(from), true), (EvidenceVector.time(to), true),
      (EvidenceVector.time(to) + 1, false),
    ] {
      let appraisal = try minted.appraise(at: time)
      #expect(appraisal.isAccepted == accepted)
      #expect((appraisal[.tcbInfo] == .pass) == accepted)
      #expect((appraisal[.quotingEnclaveIdentity] == .pass) == accepted)
    }
    var policy = AppraisalPolicy()
    policy.roots[.tdx] = [minted.root.certificate]
    var handed = try minted.collateral()
    handed.documents = []
    // The same words with one space more are not what was signed.
    let signature = try minted.tcbSigner.key.sign(Array(minted.tcbInfo.utf8))
    try handed.add(Array(#"{"tcbInfo":{ \#(minted.tcbInfo.dropFirst()),"signature":"\#(Hex.encode(signature))"}"#.utf8))
    let appraisal = Appraiser(policy: policy, collateral: handed).appraise(
      try minted.quote(), kind: .tdx, at: TestIssuer.now)
    #expect(appraisal[.tcbInfo] == .fail && appraisal[.quotingEnclaveIdentity] == .notChecked)
    handed = try minted.collateral()
    // A document that only names itself so is no identity.
    let named = #"{"tcbInfo":{"id":"TD_QE"},"signature":"\#(String(repeating: "00", count: 64))"}"#
    var more = Collateral()
    try more.add(Array(named.utf8))
    handed.documents = more.documents + handed.documents
    #expect(
      Appraiser(policy: policy, collateral: handed).appraise(try minted.quote(), kind: .tdx, at: TestIssuer.now)
        .isAccepted)
    handed.revocationLists = []
    let unlisted = Appraiser(policy: policy, collateral: handed).appraise(
      try minted.quote(), kind: .tdx, at: TestIssuer.now)
    #expect(unlisted[.tcbInfo] == .notChecked && unlisted[.quotingEnclaveIdentity] == .notChecked)
    // What is known to be stale needs no list to fail.
    let past = Appraiser(policy: policy, collateral: handed).appraise(
      try minted.quote(), kind: .tdx, at: EvidenceVector.time(to) + 1)
    #expect(past[.tcbInfo] == .fail && past[.quotingEnclaveIdentity] == .fail)
    handed = try minted.collateral()
    handed.revocationLists = [try minted.root.revoke([]), try minted.middle.revoke([], to: TestIssuer.now - 1)]
    let stale = Appraiser(policy: policy, collateral: handed).appraise(
      try minted.quote(), kind: .tdx, at: TestIssuer.now)
    #expect(stale[.revocation] == .fail)
  }
}
