import Codec
import Cryptography
import Receipts
import Testing

@testable import Evidence

/// Evidence that stands for hardware: each check of it, and that nothing ever takes it for hardware.
@Suite struct SimulatedTests {
  static let now: Int64 = 1_800_000_000
  static let reportData = (0..<64).map { UInt8($0) }

  static func root() throws -> SigningKey { try SigningKey(seed: SHA256.hash(Array("a root".utf8)).bytes) }

  static func statement(_ edit: (inout SimulatedStatement) -> Void = { _ in }) -> SimulatedStatement {
    var statement = SimulatedStatement(
      reportData: reportData, measurement: Array(repeating: 7, count: 32), notBefore: UInt64(now) - 10,
      notAfter: UInt64(now) + 10)
    edit(&statement)
    return statement
  }

  static func appraise(
    _ evidence: [UInt8], at time: Int64 = now, _ edit: (inout AppraisalPolicy) throws -> Void = { _ in }
  ) throws -> Appraisal {
    var policy = AppraisalPolicy()
    policy.simulatedRoots = [Hex.encode(try root().publicKey.raw)]
    policy.reportData = reportData
    try edit(&policy)
    return Appraiser(policy: policy).appraise(evidence, kind: .simulated, at: time)
  }

  private func failed(_ appraisal: Appraisal) -> [SubCheck.Name] {
    #expect(!appraisal.isAccepted)
    return appraisal.checks.filter { $0.state == .fail }.map(\.name)
  }

  @Test("it is accepted under a policy that names its root, and says what it is everywhere")
  func honest() throws {
    let appraisal = try Self.appraise(try Self.statement().signed(by: Self.root()))
    #expect(appraisal.isAccepted, "\(appraisal.checks)")
    #expect(appraisal.kind == .simulated && appraisal.claims.first == EvidenceClaim(name: "simulated", value: "true"))
    let ear = appraisal.json["ear"]?["submods"]
    #expect(ear?.objectValue?.map(\.name) == ["simulated"])
    #expect(ear?["simulated"]?["ear_status"]?.stringValue == "warning")
    #expect(ear?["simulated"]?["ear_trustworthiness_vector"]?["hardware"]?.intValue == 32)
    #expect(appraisal.json["kind"]?.stringValue == "simulated")
  }

  @Test("a root that the policy does not name, or names for other things, counts for nothing")
  func roots() throws {
    let evidence = try Self.statement().signed(by: Self.root())
    #expect(failed(try Self.appraise(evidence) { $0.simulatedRoots = [] }) == [.chain])
    let other = Hex.encode(try SigningKey.generate().publicKey.raw)
    #expect(failed(try Self.appraise(evidence) { $0.simulatedRoots = [other] }) == [.chain])
    let own = Hex.encode(try Self.root().publicKey.raw)
    #expect(failed(try Self.appraise(evidence) { ($0.simulatedRoots, $0.signers) = ([], [own]) }) == [.chain])
    #expect(failed(Appraiser().appraise(evidence, kind: .simulated, at: Self.now)) == [.chain])
    for kind in EvidenceKind.allCases where kind != .simulated {
      #expect(!Appraiser().appraise(evidence, kind: kind, at: Self.now).isAccepted, "\(kind)")
    }
  }

  @Test("debug, the times, the measurement and the report data are each refused by their own check")
  func refusals() throws {
    func made(_ edit: (inout SimulatedStatement) -> Void = { _ in }) throws -> [UInt8] {
      try Self.statement(edit).signed(by: Self.root())
    }
    #expect(failed(try Self.appraise(made { $0.isDebug = true })) == [.debug])
    #expect(try Self.appraise(made { $0.isDebug = true }) { $0.allowsDebug = true }.isAccepted)
    for time in [Self.now - 11, Self.now + 11, -1, .min] {
      #expect(failed(try Self.appraise(made(), at: time)) == [.validity], "\(time)")
    }
    for time in [Self.now - 10, Self.now + 10] { #expect(try Self.appraise(made(), at: time).isAccepted, "\(time)") }
    #expect(failed(try Self.appraise(made { $0.reportData[63] ^= 1 })) == [.reportData])
    let seven = String(repeating: "07", count: 32)
    #expect(try Self.appraise(made()) { $0.measurements = ["measurement": [seven]] }.isAccepted)
    let eight = try Self.appraise(made { $0.measurement[0] = 8 }) { $0.measurements = ["measurement": [seven]] }
    #expect(failed(eight) == [.measurements])
    #expect(failed(try Self.appraise(made()) { $0.measurements = ["mr_td": [seven]] }) == [.measurements])
  }

  @Test("one bit of any byte changed, a byte cut off or added: refused")
  func flips() throws {
    let evidence = try Self.statement().signed(by: Self.root())
    #expect(evidence.count > 300)
    for at in evidence.indices {
      for bit in 0..<8 {
        var flipped = evidence
        flipped[at] ^= 1 << bit
        #expect(try !Self.appraise(flipped).isAccepted, "bit \(bit) of byte \(at)")
      }
    }
    for bytes in [evidence + [0], Array(evidence.dropLast()), [], [0xd2]] {
      #expect(failed(try Self.appraise(bytes)) == [.format])
    }
    #expect(failed(try Self.appraise(Array(repeating: 0, count: 5000))) == [.format])
  }

  @Test("it is not written in hexadecimal or base64, as hardware evidence may be")
  func spellings() throws {
    let evidence = try Self.statement().signed(by: Self.root())
    #expect(try Self.appraise(evidence).isAccepted)
    for text in [Hex.encode(evidence), Base64.encode(evidence)] {
      #expect(failed(try Self.appraise(Array(text.utf8))) == [.format], "\(text.prefix(8))")
    }
  }

  @Test("a statement with other members, spellings or sizes is none")
  func shapes() throws {
    let good = [
      ("type", JSON.string(SimulatedStatement.type)), ("report_data", .string(Hex.encode(Self.reportData))),
      ("measurement", .string(String(repeating: "07", count: 32))), ("debug", .bool(false)),
      ("not_before_unix_s", "5"), ("not_after_unix_s", "6"),
    ]
    func read(_ name: String, _ value: JSON?) throws {
      let members = good.compactMap { pair in
        (pair.0 == name ? value : pair.1).map { JSONMember(pair.0, $0) }
      }
      _ = try SimulatedStatement(payload: JCS.encode(.object(members)))
    }
    try read("", nil)
    try read("not_before_unix_s", "6")
    let bad: [(String, JSON?)] = [
      ("type", "urn:colophon:simulated-evidence:v2"), ("report_data", "00"), ("report_data", nil),
      ("measurement", .string(String(repeating: "0A", count: 32))), ("debug", "false"), ("debug", nil),
      ("not_before_unix_s", 5), ("not_before_unix_s", "7"), ("not_after_unix_s", "06"),
    ]
    for (name, value) in bad {
      #expect(throws: (any Error).self, "\(name) \(value?.text ?? "")") { try read(name, value) }
    }
    let more = good.map { JSONMember($0.0, $0.1) } + [JSONMember("hardware", .bool(true))]
    #expect(throws: (any Error).self) { try SimulatedStatement(payload: JCS.encode(.object(more))) }
  }

  @Test("a policy file names roots by key, and nothing else")
  func policy() throws {
    let key = Hex.encode(try Self.root().publicKey.raw)
    let policy = try AppraisalPolicy(Array("{\"simulated_roots\":[\"\(key)\"]}".utf8))
    #expect(policy.simulatedRoots == [key] && policy.signers.isEmpty)
    for text in ["[]", "[\"00\"]", "[1]", "\"\(key)\"", "[\"\(String(repeating: "0", count: 64))\"]"] {
      #expect(throws: AppraisalError.self) { try AppraisalPolicy(Array("{\"simulated_roots\":\(text)}".utf8)) }
    }
  }
}
