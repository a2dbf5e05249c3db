import Codec
import Testing

@testable import Evidence

/// ACI receipts, by the cases of UpstreamTests' vectors.
@Suite struct ACITests {
  @Test("ACI receipts, those that are published among them")
  func documents() throws {
    let cases = try UpstreamTests.load("aci.json")
    #expect(cases.count > 50)
    for one in cases { UpstreamTests.check(one, Array(try #require(one.document).utf8), .aci) }
  }

  @Test("what a policy says of an ACI receipt's keyset, session and upstream must hold")
  func aciPolicies() throws {
    let cases = try UpstreamTests.load("aci.json")
    func appraise(_ name: String, _ edit: (inout AppraisalPolicy) -> Void) throws -> Appraisal {
      let one = try #require(cases.first { $0.name == name })
      return UpstreamTests.appraise(Array(try #require(one.document).utf8), .aci, signers: [one.signer]) { policy, _ in
        edit(&policy)
      }
    }
    let keyset = "53a5cd44b30dcc51999754c719f2628a041f174ecbf9662a6f8e898a10cd9371"
    #expect(try appraise("ours") { $0.measurements = ["workload_keyset": [keyset]] }.isAccepted)
    for (name, value) in [("workload_keyset", "00"), ("session", keyset), ("tee", keyset)] {
      #expect(try appraise("ours") { $0.measurements = [name: [value]] }[.measurements] == .fail, "\(name)")
    }
    let own = "by a gateway that runs the model"
    #expect(try appraise(own) { _ in }.isAccepted)
    let required = try appraise(own) { $0.required = [.upstream] }
    #expect(required[.upstream] == .notChecked && !required.isAccepted)
    #expect(try appraise("ours") { $0.required = [.upstream] }.isAccepted)
    let ours = try #require(cases.first { $0.name == "ours" })
    let bytes = Array(try #require(ours.document).utf8)
    #expect(UpstreamTests.appraise(bytes, .aci, signers: [ours.signer], at: 1_749_999_700).isAccepted)
    #expect(UpstreamTests.appraise(bytes, .aci, signers: [ours.signer], at: 1_749_999_699)[.validity] == .fail)
  }

  @Test("no changed byte of an ACI receipt is accepted, and any spelling of the same document is")
  func aciFlips() throws {
    let one = try #require(try UpstreamTests.load("aci.json").first { $0.name == "ours" })
    let bytes = Array(try #require(one.document).utf8)
    for at in bytes.indices {
      #expect(!UpstreamTests.appraise(bytes.flipped(at), .aci, signers: [one.signer]).isAccepted, "byte \(at)")
    }
    let compact = try JSON(parsing: bytes).serialized()
    #expect(compact != bytes && UpstreamTests.appraise(compact, .aci, signers: [one.signer]).isAccepted)
    #expect(!UpstreamTests.appraise(compact + [0x7d], .aci, signers: [one.signer]).isAccepted)
    let long = bytes.dropLast() + Array(#","x":"\#(String(repeating: "a", count: 64 << 10))"}"#.utf8)
    #expect(UpstreamTests.appraise(Array(long), .aci, signers: [one.signer])[.format] == .fail)
  }
}
