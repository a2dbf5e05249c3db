import Codec
import Cryptography
import Testing

@testable import Evidence

/// The form of a signed text, apart from its signature.
@Suite struct SignedTextTests {
  private static let digests = String(repeating: "0a", count: 32) + ":" + String(repeating: "0b", count: 32)

  private func read(_ text: String, address: String? = nil, prefix: String = "") -> SignedText? {
    let json: JSON = [
      "text": .string(text), "signing_algo": "ed25519",
      "signature": .string(prefix + String(repeating: "00", count: 64)),
      "signing_address": .string(address ?? prefix + String(repeating: "00", count: 32)),
    ]
    return try? SignedText(json.serialized())
  }

  @Test("a text is two digests, behind a model of 1 to 256 bytes where it names one")
  func forms() {
    #expect(read(Self.digests)?.model == nil && read(Self.digests, prefix: "0x") != nil)
    for (count, isRead) in [(0, false), (1, true), (256, true), (257, false)] {
      let name = String(repeating: "m", count: count)
      let text = read("\(name):\(Self.digests)")
      #expect((text != nil) == isRead && (text == nil || text?.model == name), "a model of \(count) bytes")
    }
    #expect(read("a:b:\(Self.digests)")?.model == "a:b")
    for wrong in ["", ":", "x", String(Self.digests.dropLast()), Self.digests.uppercased(), Self.digests + ":"] {
      #expect(read(wrong) == nil, "\(wrong)")
    }
    #expect(read(Self.digests, address: "00") == nil && read(Self.digests, address: "x") == nil)
    let nested = #"{"text":"","x":"# + String(repeating: "[", count: 8) + String(repeating: "]", count: 8) + "}"
    do {
      _ = try SignedText(Array(nested.utf8))
      Issue.record("nine levels were read")
    } catch { #expect("\(error)".contains("nesting")) }
  }

  @Test("each claim of a text is there, under its name")
  func claims() throws {
    let json: JSON = [
      "text": .string("m:" + Self.digests), "signing_algo": "ed25519",
      "signature": .string(String(repeating: "00", count: 64)),
      "signing_address": .string(String(repeating: "00", count: 32)),
    ]
    let appraisal = Appraiser().appraise(json.serialized(), kind: .signedText, at: 0)
    #expect(appraisal.claims.map(\.name) == ["signer", "model", "request_hash", "response_hash"])
    #expect(appraisal[.signature] == .fail)
    var policy = AppraisalPolicy()
    (policy.nonce, policy.reportData, policy.measurements) = ([1], [2], ["model": ["m"]])
    // What a text cannot have, a policy cannot be met by.
    let asked = Appraiser(policy: policy).appraise(json.serialized(), kind: .signedText, at: 0)
    #expect(asked.unmet.suffix(2) == ["nonce", "report_data"] && asked[.measurements] == .pass)
  }
}
