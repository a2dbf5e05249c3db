import Codec
import Cryptography
import Testing

@testable import Evidence

/// Quotes of enclaves on a platform that nobody has.
@Suite struct MintedSGXTests {
  private func spoilt(_ change: (inout MintedDCAP) throws -> Void) throws -> Appraisal {
    var minted = try MintedDCAP.sgx()
    try change(&minted)
    return try minted.appraise()
  }

  /// What did not pass, but for the checks that only a policy asks for.
  private func open(_ appraisal: Appraisal) -> [SubCheck.Name: SubCheck.State] {
    let checks = appraisal.checks.filter { $0.state != .pass && appraisal.required.contains($0.label) }
    return Dictionary(uniqueKeysWithValues: checks.map { ($0.name, $0.state) })
  }

  @Test("An enclave's quote passes under the policy's root, and no check but the chain's fails under another")
  func root() throws {
    let minted = try MintedDCAP.sgx()
    let appraisal = try minted.appraise()
    #expect(appraisal.isAccepted && open(appraisal) == [:], "\(appraisal.checks)")
    let states: [SubCheck.Name: SubCheck.State] = [
      .chain: .fail, .validity: .notChecked, .revocation: .notChecked, .quotingEnclaveIdentity: .notChecked,
      .tcbInfo: .notChecked, .tcb: .notChecked,
    ]
    #expect(open(try minted.appraise { $0.roots = [:] }) == states)
    // A root counts for the kind that the policy names it for.
    #expect(open(try minted.appraise { $0.roots = [.tdx: $0.roots[.sgx] ?? []] }) == states)
    let other = try MintedDCAP.sgx()
    #expect(open(try minted.appraise { $0.roots[.sgx] = [other.root.certificate] }) == states)
    let foreign = try spoilt { $0.platform = other.platform }
    #expect(foreign[.chain] == .fail && foreign[.quotingEnclave] == .pass && !foreign.isAccepted)
  }

  @Test("One bit anywhere in the quote, in its key, in the quoting enclave's report or in a signature is refused")
  func flips() throws {
    let minted = try MintedDCAP.sgx()
    let quote = try minted.quote()
    let appraiser = try appraiser(of: minted, try minted.collateral())
    #expect(appraiser.appraise(quote, kind: .sgx, at: TestIssuer.now).isAccepted)
    // Header and report; length; signature, key; report, signature, length, data.
    let regions: [(Range<Int>, SubCheck.Name)] = [
      (0..<432, .signature), (436..<500, .signature), (500..<564, .quotingEnclave), (564..<1012, .quotingEnclave),
      (1014..<1046, .quotingEnclave),
    ]
    for (range, name) in regions {
      let accepted = EvidenceVector.accepted(range, sample: 12) { at in
        let found = appraiser.appraise(quote.flipped(at), kind: .sgx, at: TestIssuer.now)
        return found.isAccepted || found[name] != .fail && found[.format] != .fail
      }
      #expect(accepted == [], "\(name)")
    }
    #expect(try spoilt { $0.boundKey = try TestKey(.p256).point }[.quotingEnclave] == .fail)
  }

  @Test("The format: TEE type, versions, the vendor, and the other kind's quotes; what follows is counted")
  func format() throws {
    #expect(try spoilt { $0.teeType = 0x81 }[.format] == .fail)
    for version in [2, 4, 5, 6] { #expect(try spoilt { $0.version = version }[.format] == .fail, "\(version)") }
    #expect(try spoilt { $0.vendor[15] ^= 1 }[.format] == .fail)
    // A trust domain's body, which is longer, in what says that it is an enclave's.
    #expect(try spoilt { $0.quoted = nil }[.format] == .fail)
    #expect(try spoilt { $0.padding = [0, 1] }.isAccepted)
    let (enclave, domain) = (try MintedDCAP.sgx(), try MintedDCAP())
    let appraiser = try appraiser(of: enclave, try enclave.collateral())
    #expect(appraiser.appraise(try enclave.quote(), kind: .tdx, at: TestIssuer.now)[.format] == .fail)
    #expect(appraiser.appraise(try domain.quote(), kind: .sgx, at: TestIssuer.now)[.format] == .fail)
    let quote = try enclave.quote()
    for count in EvidenceVector.positions(0..<quote.count) {
      let cut = appraiser.appraise(Array(quote[..<count]), kind: .sgx, at: TestIssuer.now)
      #expect(cut[.format] == .fail, "cut to \(count)")
    }
  }

  @Test("Bit 1 of the attributes is debug mode, and no other is")
  func debug() throws {
    var minted = try MintedDCAP.sgx()
    for bit in 0..<128 {
      minted.quoted = MintedEnclave()
      minted.quoted?.attributes[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(open(try minted.appraise()) == (bit == 1 ? [.debug: .fail] : [:]), "bit \(bit)")
    }
    minted.quoted?.attributes[0] |= 2
    #expect(try minted.appraise { $0.allowsDebug = true }.isAccepted)
  }

  @Test("The quoting enclave is the one for enclaves: its product, signer and attributes, and its levels")
  func enclave() throws {
    let identity: [SubCheck.Name: SubCheck.State] = [.quotingEnclaveIdentity: .fail, .tcb: .notChecked]
    #expect(open(try spoilt { $0.enclaveISVSVN = 7 }) == [.tcb: .fail])
    #expect(open(try spoilt { $0.enclaveISVSVN = 5 }) == identity)
    #expect(open(try spoilt { $0.enclaveAttributes[0] |= 2 }) == identity)
    #expect(open(try spoilt { $0.enclaveMiscSelect[3] = 1 }) == identity)
    #expect(open(try spoilt { $0.identity.replaceFirst("dcdc", "dcdd") }) == identity)
    // That of trust domains is another product, under the same signer.
    #expect(open(try spoilt { $0.enclaveProduct = 2 }) == identity)
    let domain = try MintedDCAP()
    #expect(
      open(try spoilt { $0.identity = domain.identity }) == [.quotingEnclaveIdentity: .notChecked, .tcb: .notChecked])
    let disguised = try spoilt { $0.identity = domain.identity.replacing("TD_QE", with: "QE") }
    #expect(open(disguised) == identity)
  }

  @Test("TCB: each of the certificate's versions, the statuses, both versions of the list, and never a trust domain's")
  func tcb() throws {
    func platform(_ minted: inout MintedDCAP, _ components: [UInt8]) throws {
      let value = MintedDCAP.sgxExtension(fmspc: [1, 2, 3, 4, 5, 6], components: components)
      minted.platform = try minted.middle.issue("Test PCK", .p256, serial: 9, extensions: [PCKCertificate.oid: value])
    }
    for version in [2, 3] {
      var minted = try MintedDCAP.sgx()
      minted.tcbInfo = MintedDCAP.enclaveInfo(version: version)
      #expect(try minted.appraise().isAccepted)
      for index in 0..<16 {
        var components = [UInt8](repeating: 3, count: 16)
        components[index] = 2
        try platform(&minted, components)
        #expect(open(try minted.appraise()) == [.tcb: .fail], "component \(index)")
        #expect(try minted.appraise { $0.tcbStatuses = ["OutOfDate"] }.isAccepted)
        components[index] = 1
        try platform(&minted, components)
        let unmatched = try minted.appraise { $0.tcbStatuses = ["UpToDate", "OutOfDate", "Revoked"] }
        #expect(open(unmatched) == [.tcb: .fail], "component \(index) reaches no level")
      }
    }
    // The platform's versions are those of its certificate: what the enclave's report says of them is not compared.
    #expect(try spoilt { $0.quoted?.cpuSVN = [UInt8](repeating: 0xff, count: 16) }.isAccepted)
    #expect(open(try spoilt { $0.tcbInfo.replaceFirst(#""pcesvn":11"#, #""pcesvn":12"#) }) == [.tcb: .fail])
    for status in ["SWHardeningNeeded", "ConfigurationNeeded", "Revoked"] {
      var minted = try MintedDCAP.sgx()
      minted.tcbInfo.replaceFirst(#""tcbStatus":"UpToDate""#, #""tcbStatus":"\#(status)""#)
      #expect(open(try minted.appraise()) == [.tcb: .fail], "\(status)")
      #expect(try minted.appraise { $0.tcbStatuses = [status] }.isAccepted == (status != "Revoked"), "\(status)")
    }
    let list: [SubCheck.Name: SubCheck.State] = [.tcbInfo: .fail, .tcb: .notChecked]
    let domain = try MintedDCAP()
    #expect(open(try spoilt { $0.tcbInfo = domain.tcbInfo }) == list)
    #expect(open(try spoilt { $0.tcbInfo.replaceFirst(#""fmspc":"01"#, #""fmspc":"02"#) }) == list)
    #expect(open(try spoilt { $0.tcbInfo.replaceFirst(#""id":"SGX""#, #""id":"TDX""#) }) == list)
    #expect(open(try spoilt { $0.tcbInfo.replaceFirst(#"{"svn":3},"#, "") }) == list)
    // Nor is version 2, which is for enclaves alone, of a trust domain.
    var other = domain
    other.tcbInfo = MintedDCAP.enclaveInfo(version: 2)
    #expect(open(try other.appraise()) == list)
  }

  @Test("Each kind of quote finds its own among the answers for both, in any order")
  func both() throws {
    var enclave = try MintedDCAP.sgx()
    let domain = try MintedDCAP()
    for isReversed in [false, true] {
      var handed = try enclave.collateral()
      var beside = enclave
      (beside.tcbInfo, beside.identity) = (domain.tcbInfo, domain.identity)
      let more = try beside.collateral().documents
      handed.documents = isReversed ? more + handed.documents : handed.documents + more
      let appraiser = try appraiser(of: enclave, handed)
      #expect(appraiser.appraise(try enclave.quote(), kind: .sgx, at: TestIssuer.now).isAccepted)
      // The same platform's quote of a trust domain.
      var quoted = enclave
      (quoted.version, quoted.teeType, quoted.quoted, quoted.enclaveProduct) = (4, 0x81, nil, 2)
      #expect(appraiser.appraise(try quoted.quote(), kind: .tdx, at: TestIssuer.now).isAccepted)
    }
    enclave.revokedByMiddle = [9]
    #expect(open(try enclave.appraise()) == [.revocation: .fail])
  }

  @Test("The clock: the second before and after the certificates' validity and Intel's answers")
  func clock() throws {
    let minted = try MintedDCAP.sgx()
    let (from, to) = (EvidenceVector.time("2026-05-20T00:00:00Z"), EvidenceVector.time("2026-06-20T00:00:00Z"))
    for (time, isCurrent) in [(from - 1, false), (from, true), (to, true), (to + 1, false)] {
      let stale: [SubCheck.Name: SubCheck.State] = [.quotingEnclaveIdentity: .fail, .tcbInfo: .fail, .tcb: .notChecked]
      #expect(open(try minted.appraise(at: time)) == (isCurrent ? [:] : stale), "\(time)")
    }
    for (time, state) in [
      (TestIssuer.from - 1, SubCheck.State.fail), (TestIssuer.from, .pass), (TestIssuer.to, .pass),
      (TestIssuer.to + 1, .fail), (.min, .fail), (.max, .fail),
    ] {
      let appraisal = try minted.appraise(at: time)
      #expect(appraisal[.validity] == state && !appraisal.isAccepted, "\(time)")
    }
  }

  @Test("A policy may pin each thing that the enclave's report says, and what it was asked for")
  func claims() throws {
    let minted = try MintedDCAP.sgx()
    let reported = String(repeating: "09", count: 64)
    for (name, value) in [
      ("version", "3"), ("mr_enclave", String(repeating: "e1", count: 32)),
      ("mr_signer", String(repeating: "51", count: 32)), ("isv_prod_id", "258"), ("isv_svn", "772"),
      ("attributes", "05" + String(repeating: "00", count: 15)), ("cpu_svn", String(repeating: "00", count: 16)),
      ("report_data", reported), ("fmspc", "010203040506"), ("tcb_status", "UpToDate"),
    ] {
      #expect(try minted.appraise { $0.measurements = [name: [value]] }.isAccepted, "\(name)")
      #expect(open(try minted.appraise { $0.measurements = [name: ["00ff"]] }) == [.measurements: .fail], "\(name)")
    }
    #expect(open(try minted.appraise { $0.measurements = ["mr_td": ["00"]] }) == [.measurements: .fail])
    #expect(try minted.appraise { $0.reportData = [UInt8](repeating: 9, count: 64) }.isAccepted)
    #expect(open(try minted.appraise { $0.reportData = [9] }) == [.reportData: .fail])
  }

  private func appraiser(of minted: MintedDCAP, _ handed: Collateral) throws -> Appraiser {
    var policy = AppraisalPolicy()
    for kind in [EvidenceKind.sgx, .tdx] { policy.roots[kind] = [minted.root.certificate] }
    return Appraiser(policy: policy, collateral: handed)
  }
}
