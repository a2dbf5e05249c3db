import Codec
import Cryptography
import Testing

@testable import Evidence

/// The file that says what evidence is accepted.
@Suite struct AppraisalPolicyTests {
  private static let root = try? TestIssuer.root("root", .p256).certificate

  private static func whole() throws -> JSON {
    let pem = String(decoding: TestIssuer.pem([try #require(root)]), as: UTF8.self)
    return [
      "roots": ["nitro": [.string(pem)]], "measurements": ["pcr0": ["aa", "bb"]],
      "signers": [.string("0x" + String(repeating: "AB", count: 20)), .string(String(repeating: "cd", count: 32))],
      "nonce": "0102", "report_data": "03", "tcb_statuses": ["UpToDate", "OutOfDate"],
      "tcb_minimum": ["snp": 255, "fmc": 0], "allow_debug": true, "require": ["revocation", "tcb"],
    ]
  }

  @Test("each member is read, and none is needed")
  func whole() throws {
    let policy = try AppraisalPolicy(Self.whole().serialized())
    #expect(policy.roots == [.nitro: [try #require(Self.root)]])
    #expect(policy.measurements == ["pcr0": ["aa", "bb"]])
    #expect(policy.signers == [String(repeating: "ab", count: 20), String(repeating: "cd", count: 32)])
    #expect(policy.nonce == [1, 2] && policy.reportData == [3] && policy.allowsDebug)
    #expect(policy.tcbStatuses == ["UpToDate", "OutOfDate"] && policy.tcbMinimum == ["snp": 255, "fmc": 0])
    #expect(policy.required == [.revocation, .tcb])
    let none = try AppraisalPolicy(Array("{}".utf8))
    #expect(none.roots.isEmpty && none.tcbStatuses == ["UpToDate"] && !none.allowsDebug && none.nonce == nil)
  }

  @Test("everything of another kind is refused, however deep, and so is a member that is none")
  func another() throws {
    let good = try Self.whole()
    func refused(_ json: JSON, _ place: String) {
      #expect(throws: AppraisalError.self, "\(place)") { try AppraisalPolicy(json.serialized()) }
    }
    for member in try #require(good.objectValue) where member.name != "allow_debug" {
      for (place, json) in kinds(of: member.value, member.name) {
        refused(
          .object((good.objectValue ?? []).filter { $0.name != member.name } + [JSONMember(member.name, json)]), place)
      }
    }
    for (name, value) in [
      ("allow_debug", "true"), ("more", 1), ("signers", []), ("signers", ["abcd"]), ("signers", ["xy"]), ("nonce", ""),
      ("nonce", "0"), ("report_data", "xy"), ("tcb_minimum", ["snp": 256]), ("tcb_minimum", ["snp": -1]),
      ("tcb_minimum", ["luck": 1]), ("require", ["luck"]), ("require", []), ("roots", ["other": ["x"]]),
      ("roots", ["nitro": ["no certificate"]]), ("roots", ["nitro": []]), ("tcb_statuses", ["a", 1]),
      ("tcb_statuses", ["UpToDate", "Revoked"]), ("tcb_statuses", ["uptodate"]),
      ("signers", [.string("0x0x" + String(repeating: "ab", count: 20))]),
    ] as [(String, JSON)] { refused([name: value], "\(name): \(value.text)") }
    refused([], "no object")
    for (count, isRead) in [(1 << 20, true), (1 << 20 + 1, false)] {
      let bytes = Array("{}".utf8) + [UInt8](repeating: 0x20, count: count - 2)
      #expect(((try? AppraisalPolicy(bytes)) != nil) == isRead)
    }
  }

  private func kinds(of json: JSON, _ place: String) -> [(String, JSON)] {
    let inner: [(String, JSON)]
    if let members = json.objectValue {
      inner = members.indices.flatMap { at in
        kinds(of: members[at].value, "\(place).\(members[at].name)").map { place, value in
          (
            place,
            .object(members.enumerated().map { $0.offset == at ? JSONMember($0.element.name, value) : $0.element })
          )
        }
      }
    } else {
      let values = json.arrayValue ?? []
      inner = values.indices.flatMap { at in
        kinds(of: values[at], "\(place)[\(at)]").map { place, value in
          (place, .array(values.enumerated().map { $0.offset == at ? value : $0.element }))
        }
      }
    }
    return inner + [(place, true)]
  }

  @Test(
    "an appraisal is written for people and as an EAR: affirming, contraindicated, and none where something is open")
  func ear() throws {
    var minted = try MintedNitro()
    func status(_ appraisal: Appraisal) -> (JSON?, [Int64]) {
      let ear = appraisal.json["ear"]?["submods"]?[appraisal.kind.rawValue]
      let names = ["instance-identity", "configuration", "executables", "hardware"]
      let vector = ear?["ear_trustworthiness_vector"]
      return (ear?["ear_status"], names.compactMap { vector?[$0]?.intValue })
    }
    let pcr = String(repeating: "01", count: 48)
    let good = try minted.appraise { $0.measurements = ["pcr0": [pcr]] }
    #expect(status(good) == ("affirming", [2, 2, 2, 0]))
    #expect(good.json["kind"] == "nitro" && good.json["time_unix_s"] == .decimal(TestIssuer.now))
    #expect(
      good.json["checks"]?.arrayValue?.count == good.checks.count
        && good.json["ear"]?["iat"] == .integer(TestIssuer.now))
    #expect(
      good.json["claims"]?["pcr0"] == .string(pcr) && good.json["required"]?.arrayValue?.count == good.required.count)
    #expect(good.required.contains("measurements") && good.required.contains("chain"))
    #expect(try !minted.appraise().required.contains("measurements"))
    #expect(
      try minted.appraise { ($0.nonce, $0.reportData) = ([9], [1]) }.required.suffix(2) == ["nonce", "report_data"])
    #expect(try status(minted.appraise()) == ("affirming", [2, 2, 0, 0]))
    #expect(try status(minted.appraise { $0.measurements = ["pcr0": ["00"]] }) == ("contraindicated", [2, 2, 96, 0]))
    #expect(try status(minted.appraise { $0.required = [.revocation] }) == ("none", [2, 2, 0, 0]))
    #expect(try status(minted.appraise { $0.roots = [:] }) == ("contraindicated", [99, 99, 99, 99]))
    minted.pcrs[0] = [UInt8](repeating: 0, count: 48)
    #expect(try status(minted.appraise()) == ("contraindicated", [2, 96, 0, 0]))
    let hardware = try MintedSNP()
    #expect(try status(hardware.appraise()) == ("affirming", [2, 2, 0, 2]))
    #expect(try status(hardware.appraise { $0.tcbMinimum = ["snp": 255] }) == ("contraindicated", [2, 2, 0, 96]))
    #expect(try status(hardware.appraise(with: [])) == ("none", [0, 2, 0, 0]))
  }

  @Test("every claim of every kind is there, under its name")
  func claims() throws {
    func names(_ appraisal: Appraisal) -> String { appraisal.claims.map(\.name).joined(separator: " ") }
    func pcrs(_ count: Int) -> String { (0..<count).map { "pcr\($0)" }.joined(separator: " ") }
    var nitro = try MintedNitro()
    nitro.changed["public_key"] = .bytes([1])
    for index in 3..<16 { nitro.pcrs[index] = [UInt8](repeating: 4, count: 48) }
    #expect(try names(nitro.appraise()) == "module_id timestamp_ms \(pcrs(16)) public_key user_data nonce")
    let snp =
      "version guest_svn policy vmpl platform_info report_data measurement host_data id_key_digest author_key_digest "
      + "report_id reported_tcb current_tcb committed_tcb launch_tcb chip_id"
    #expect(try names(MintedSNP().appraise()) == snp)
    let registers =
      "mr_td rtmr0 rtmr1 rtmr2 rtmr3 mr_config_id mr_owner mr_owner_config mr_seam td_attributes xfam tee_tcb_svn"
    var quote = try MintedDCAP()
    #expect(try names(quote.appraise()) == "version \(registers) report_data fmspc tcb_status advisories")
    quote.version = 5
    #expect(
      try names(quote.appraise())
        == "version \(registers) tee_tcb_svn2 mr_service_td report_data fmspc tcb_status advisories")
    let sgx = try #require(EvidenceVector.sgx.first { $0.failing.isEmpty && $0.root != nil })
    #expect(
      try names(sgx.appraise())
        == "version mr_enclave mr_signer isv_prod_id isv_svn attributes cpu_svn report_data fmspc tcb_status advisories"
    )
    let inner = snp.split(separator: " ").map { "hardware.\($0)" }.joined(separator: " ")
    #expect(try names(MintedVTPM().appraise()) == "nonce \(pcrs(24)) \(inner)")
    var device = try MintedNVIDIA()
    device.opaqueTail = [3, 0, 2, 0, 0x35, 0, 6, 0, 2, 0, 1, 2]
    let measured = try device.appraise()
    #expect(names(measured) == "nonce driver vbios firmware_id measurement1 measurement2")
    #expect(measured.claims[1].value == "5" && measured.claims[2].value == "0201")
  }
}
