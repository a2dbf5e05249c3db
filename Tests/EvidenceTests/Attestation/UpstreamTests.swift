import Codec
import Cryptography
import Foundation
import Testing

@testable import Evidence

/// What gateways sign (Tests/Vectors/evidence/upstream): each case fails the check that it is made for, and no other.
@Suite struct UpstreamTests {
  struct Case: Decodable {
    struct Answer: Codable { var text, signature, signing_address, signing_algo: String }
    var name, fails, signer: String
    var answer: Answer?
    var receipt: String?
    var document: String?
  }

  private static let request = Array(#"{"model":"m","messages":[{"role":"user","content":"Hello?"}]}"#.utf8)
  private static let response = Array(
    #"{"choices":[{"message":{"role":"assistant","content":"Hello."}}]}"#.utf8)
  private static let now = EvidenceVector.time("2026-06-01T00:00:00Z")

  static func load(_ name: String) throws -> [Case] {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Vectors/evidence/upstream/\(name)")
    return try JSONDecoder().decode([Case].self, from: Data(contentsOf: file))
  }

  static func appraise(
    _ evidence: [UInt8], _ kind: EvidenceKind, signers: Set<String>, at time: Int64 = now,
    _ edit: (inout AppraisalPolicy, inout Collateral) -> Void = { _, _ in }
  ) -> Appraisal {
    var (policy, collateral) = (AppraisalPolicy(), Collateral())
    policy.signers = signers
    (collateral.request, collateral.response) = (request, response)
    edit(&policy, &collateral)
    return Appraiser(policy: policy, collateral: collateral).appraise(evidence, kind: kind, at: time)
  }

  static func check(_ one: Case, _ evidence: [UInt8], _ kind: EvidenceKind) {
    let appraisal = appraise(evidence, kind, signers: [one.signer])
    let failed = appraisal.checks.filter { $0.state == .fail }.map(\.name.rawValue)
    #expect(failed == (one.fails.isEmpty ? [] : [one.fails]), "\(one.name): \(appraisal.checks)")
    #expect(appraisal.isAccepted == one.fails.isEmpty, "\(one.name)")
  }

  @Test("signed texts, by ECDSA and Ed25519")
  func texts() throws {
    let cases = try Self.load("signed_text.json")
    #expect(cases.count >= 30)
    for one in cases { Self.check(one, Array(try JSONEncoder().encode(#require(one.answer))), .signedText) }
  }

  @Test("AIR receipts, those that are published among them")
  func receipts() throws {
    let cases = try Self.load("air.json")
    #expect(cases.count > 50)
    for one in cases { Self.check(one, try #require(one.receipt.flatMap(Hex.decode)), .air) }
  }

  @Test("without the bodies, or without a policy that lists the signer, nothing is accepted")
  func missing() throws {
    let text = try #require(try Self.load("signed_text.json").first)
    let receipt = try #require(try Self.load("air.json").first { $0.fails.isEmpty })
    let document = try #require(try Self.load("aci.json").first { $0.name == "ours" })
    let evidence = [
      (
        EvidenceKind.signedText, Array(try JSONEncoder().encode(#require(text.answer))), text.signer,
        SubCheck.Name.signer
      ),
      (.air, try #require(receipt.receipt.flatMap(Hex.decode)), receipt.signer, .signature),
      (.aci, Array(try #require(document.document).utf8), document.signer, .signature),
    ]
    for (kind, bytes, signer, check) in evidence {
      #expect(Self.appraise(bytes, kind, signers: [signer]).isAccepted)
      let nobody = Self.appraise(bytes, kind, signers: [])
      #expect(nobody[check] == .notChecked && !nobody.isAccepted)
      let other = Self.appraise(bytes, kind, signers: [String(repeating: "0", count: signer.count)])
      #expect(other[check] != .pass && !other.isAccepted)
      for part in 0..<2 {
        let without = Self.appraise(bytes, kind, signers: [signer]) { _, collateral in
          if part == 0 { collateral.request = nil } else { collateral.response = nil }
        }
        #expect(without[.exchange] == .notChecked && !without.isAccepted)
        let changed = Self.appraise(bytes, kind, signers: [signer]) { _, collateral in
          if part == 0 { collateral.request?[0] ^= 1 } else { collateral.response?.append(0) }
        }
        #expect(changed[.exchange] == .fail)
      }
    }
  }

  @Test("a nonce, measurements and debug mode are the policy's to say; one second too early fails")
  func policies() throws {
    let cases = try Self.load("air.json")
    func bytes(_ name: String) throws -> [UInt8] {
      try #require(cases.first { $0.name == name }?.receipt.flatMap(Hex.decode))
    }
    let signer = cases[0].signer
    let zeros = [UInt8](repeating: 0, count: 64)
    #expect(
      Self.appraise(try bytes("with a nonce"), .air, signers: [signer]) { policy, _ in policy.nonce = zeros }.isAccepted
    )
    for name in ["with a nonce", "ours"] {
      let other = Self.appraise(try bytes(name), .air, signers: [signer]) { policy, _ in policy.nonce = [1] }
      #expect(other[.nonce] == .fail)
    }
    let one = String(repeating: "01", count: 48)
    for (value, accepted) in [(one, true), (String(repeating: "00", count: 48), false)] {
      let measured = Self.appraise(try bytes("ours"), .air, signers: [signer]) { policy, _ in
        policy.measurements = ["pcr0": [value]]
      }
      #expect(measured.isAccepted == accepted)
    }
    #expect(
      Self.appraise(try bytes("in debug mode"), .air, signers: [signer]) { policy, _ in policy.allowsDebug = true }
        .isAccepted)
    let issued: Int64 = 1_740_500_000
    let ours = try bytes("ours")
    #expect(Self.appraise(ours, .air, signers: [signer], at: issued - 300).isAccepted)
    #expect(Self.appraise(ours, .air, signers: [signer], at: issued - 301)[.validity] == .fail)
    #expect(Self.appraise(ours, .air, signers: [signer], at: -1)[.validity] == .fail)
  }

  @Test("no changed byte of either is accepted")
  func flips() throws {
    let receipt = try #require(try Self.load("air.json").first { $0.name == "ours" })
    let bytes = try #require(receipt.receipt.flatMap(Hex.decode))
    for at in bytes.indices {
      #expect(!Self.appraise(bytes.flipped(at), .air, signers: [receipt.signer]).isAccepted, "byte \(at)")
    }
    for one in try Self.load("signed_text.json").filter({ ["ecdsa", "ed25519"].contains($0.name) }) {
      let answer = try #require(one.answer)
      for at in answer.text.utf8.indices {
        var text = Array(answer.text.utf8)
        text[answer.text.utf8.distance(from: answer.text.utf8.startIndex, to: at)] ^= 1
        var changed = answer
        changed.text = String(decoding: text, as: UTF8.self)
        #expect(!Self.appraise(Array(try JSONEncoder().encode(changed)), .signedText, signers: [one.signer]).isAccepted)
      }
    }
  }
}
