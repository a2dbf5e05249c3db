import Codec
import Cryptography
import Testing

@testable import Evidence

/// Several devices in one JSON, and what their certificates say of firmware.
@Suite struct NVIDIAFormatTests {
  private func device(_ minted: MintedNVIDIA, nonce: String? = nil) throws -> JSON {
    let chain = TestIssuer.pem([minted.device.certificate, minted.middle.certificate, minted.root.certificate])
    let members: [(String, JSON?)] = [
      ("evidence", .string(Base64.encode(try minted.report()))), ("certificate", .string(Base64.encode(chain))),
      ("nonce", nonce.map { .string($0) }),
    ]
    return .object(members.compactMap { name, value in value.map { JSONMember(name, $0) } })
  }

  private func appraise(_ json: JSON, _ minted: MintedNVIDIA) -> Appraisal {
    var policy = AppraisalPolicy()
    policy.roots[.nvidiaGPU] = [minted.root.certificate]
    return Appraiser(policy: policy).appraise(json.serialized(), kind: .nvidiaGPU, at: TestIssuer.now)
  }

  @Test("One device, a list, or a list by name; each must pass, and claims carry its number")
  func lists() throws {
    let minted = try MintedNVIDIA()
    let one = try device(minted)
    for json in [one, [one], ["evidences": [one]]] as [JSON] {
      let appraisal = appraise(json, minted)
      #expect(appraisal.isAccepted && appraisal.claims[0].name == "nonce", "\(appraisal.checks)")
    }
    let two = appraise([one, one], minted)
    #expect(two.isAccepted && two.checks[0].detail.hasPrefix("2 devices"))
    #expect(two.claims.contains { $0.name == "device0.nonce" } && two.claims.contains { $0.name == "device1.nonce" })
    for (count, read) in [(0, false), (16, true), (17, false)] {
      #expect((appraise(.array(Array(repeating: one, count: count)), minted)[.format] == .pass) == read, "\(count)")
    }
    var odd = minted
    odd.device = try minted.middle.issue("Odd GPU", .p384, extensions: MintedNVIDIA.extensions([1]))
    for list in try [[one, device(odd)], [device(odd), one]] as [JSON] {
      #expect(appraise(list, minted)[.identity] == .fail)
    }
    // One without a path leaves nothing to say of all, whichever it is.
    var unrooted = try MintedNVIDIA()
    unrooted.nonce = minted.nonce
    for list in try [[one, device(unrooted)], [device(unrooted), one]] as [JSON] {
      let appraisal = appraise(list, minted)
      #expect(appraisal[.chain] == .fail && appraisal[.validity] == .notChecked)
    }
    let nonce = String(repeating: "5a", count: 32)
    #expect(try appraise(device(minted, nonce: nonce), minted).isAccepted)
    #expect(try appraise(device(minted, nonce: "5b"), minted)[.format] == .fail)
    for name in ["evidence", "certificate"] {
      let less = JSON.object((one.objectValue ?? []).filter { $0.name != name })
      #expect(appraise(less, minted)[.format] == .fail)
    }
    let bare = JSON.object((one.objectValue ?? []).map { $0.name == "certificate" ? JSONMember($0.name, "") : $0 })
    #expect(!appraise(bare, minted).isAccepted)
  }

  @Test("A report that is cut or goes on is refused; zeros may follow it")
  func cut() throws {
    let report = try MintedNVIDIA().report()
    for count in report.indices {
      #expect(throws: AppraisalError.self) { try SPDMMeasurements(Array(report[..<count])) }
    }
    #expect((try? SPDMMeasurements(report + [0, 0])) != nil && (try? SPDMMeasurements(report + [0, 1])) == nil)
    var minted = try MintedNVIDIA()
    minted.blocks[0].index = 0
    #expect(try minted.appraise()[.format] == .fail)
  }

  @Test("Firmware by either extension; a digest of zeros is nobody's")
  func firmware() throws {
    func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
      content.count < 128 ? [tag, UInt8(content.count)] + content : [tag, 0x81, UInt8(content.count)] + content
    }
    func digest(_ firmware: [UInt8]) -> [UInt8] {
      element(0x30, element(6, [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2]) + element(4, firmware))
    }
    var minted = try MintedNVIDIA()
    func issue(_ oid: String, _ value: [UInt8]) throws {
      minted.device = try minted.middle.issue("Test GPU", .p384, extensions: [oid: value])
    }
    let (first, second) = ([UInt8](repeating: 0xf1, count: 48), [UInt8](repeating: 0xf2, count: 48))
    let list = element(0x30, element(0x80, [1]) + element(0xa6, digest(second) + digest(first)))
    try issue("2.23.133.5.4.1.1", list)
    #expect(try minted.appraise().isAccepted)
    minted.firmwareID = second
    #expect(try minted.appraise().isAccepted)
    minted.firmwareID = [UInt8](repeating: 0xf3, count: 48)
    #expect(try minted.appraise()[.identity] == .fail)
    minted.firmwareID = [UInt8](repeating: 0, count: 48)
    try issue("2.23.133.5.4.1", element(0x30, [2, 1, 1] + element(0x30, []) + digest(minted.firmwareID)))
    #expect(try minted.appraise()[.identity] == .fail)
    try issue("2.23.133.5.4.1.1", element(0x30, element(0x80, [1])))
    #expect(try minted.appraise()[.identity] == .fail)
  }
}
