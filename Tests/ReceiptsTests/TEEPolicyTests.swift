import Codec
import Cryptography
import Foundation
import Testing

@testable import Receipts

/// The part of a trust policy that is about trusted hardware: what it names and how it is written.
@Suite struct TEEPolicyTests {
  private static func certificate() throws -> [UInt8] {
    let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Vectors/evidence/sev-snp/virtee_milan_vcek.der")
    return [UInt8](try Data(contentsOf: path))
  }

  private static func key() throws -> [UInt8] { try World.key("a root").publicKey.raw }

  private func read(_ kind: String, _ root: [UInt8]) throws -> TrustPolicy.TEE {
    try TrustPolicy.TEE([
      "kinds": [.string(kind)], "roots": .object([JSONMember(kind, [.string(Base64.encode(root))])]),
    ])
  }

  @Test func `roots of simulated evidence are keys, those of hardware certificates, and a mistake says which`() throws {
    #expect(try read("simulated", Self.key()).roots == [.simulated: [Self.key()]])
    #expect(try read("sev-snp", Self.certificate()).roots == [.sevSNP: [Self.certificate()]])
    for (kind, root, what) in [
      ("simulated", try Self.certificate(), "must hold the base64 of an Ed25519 key"),
      ("sev-snp", try Self.key(), "must hold the base64 of a DER certificate"),
    ] {
      let error = #expect(throws: ReceiptError.self) { try read(kind, root) }
      #expect(error.map { "\($0)" }?.contains(what) == true)
    }
  }

  @Test func `a file of it alone is read as the member of a trust policy is`() throws {
    let file = Array(#"{"kinds":["simulated","tdx"],"tcb_statuses":{"tdx":["OutOfDate"]}}"#.utf8)
    #expect(try TrustPolicy.TEE(file) == TrustPolicy.TEE(JSON(parsing: file)))
    for text in ["", "{}", "[]", #"{"kinds":["sgx"]}"#, #"{"kinds":[],"tee":1}"#] {
      #expect(throws: ReceiptError.self, "\(text)") { try TrustPolicy.TEE(Array(text.utf8)) }
    }
    let long = file + [UInt8](repeating: UInt8(ascii: " "), count: (1 << 20) - file.count)
    #expect((try? TrustPolicy.TEE(long)) != nil && (try? TrustPolicy.TEE(long + [32])) == nil)
  }

  @Test func `so many roots, claims and values, and no more`() throws {
    func isRead(_ member: String, _ value: JSON) -> Bool {
      let json: JSON = .object([JSONMember("kinds", ["simulated"]), JSONMember(member, ["simulated": value])])
      return (try? TrustPolicy.TEE(json)) != nil
    }
    func list(_ text: String, _ count: Int) -> JSON { .array(Array(repeating: .string(text), count: count)) }
    let key = Base64.encode(try Self.key())
    for (count, expected) in [(0, false), (1, true), (64, true), (65, false)] {
      #expect(isRead("roots", list(key, count)) == expected, "\(count) roots")
      let claims = (0..<count).map { JSONMember("c\($0)", ["00"]) }
      #expect(isRead("measurements", .object(claims)) == expected, "\(count) claims")
      #expect(count == 0 || !isRead("roots", .array([.string(key), 1])))
    }
    for (count, expected) in [(0, false), (1024, true), (1025, false)] {
      #expect(isRead("measurements", ["c": list("00", count)]) == expected, "\(count) values")
    }
  }

  @Test func `what is listed is spelt as a claim can be: bytes, or a number of 64 bits`() {
    func isRead(_ value: JSON) -> Bool {
      (try? TrustPolicy.TEE(["kinds": ["sev-snp"], "measurements": ["sev-snp": ["vmpl": [value]]]])) != nil
    }
    for text in ["", "00ff", "0", "7", "07", "18446744073709551615", "0x0", "0x30000", "0xffffffffffffffff"] {
      #expect(isRead(.string(text)), "\(text)")
    }
    for text in [
      "a", "007", "+7", "-7", "7 ", "0x", "0x030000", "0xA", "0X1", "0x10000000000000000", "184467440737095516150",
      "Fe", "UpToDate",
    ] { #expect(!isRead(.string(text)), "\(text)") }
    #expect(!isRead(0))
  }

  @Test func `kinds and claims are written in the order of their names`() throws {
    let names = ["e", "a", "d", "c", "b", "g", "f"]
    let claims = Dictionary(uniqueKeysWithValues: names.map { ($0, ["00"]) })
    let kinds: [TrustPolicy.TEE.Kind] = [.tdx, .nitro, .simulated, .sevSNP]
    let tee = TrustPolicy.TEE(
      kinds: kinds, roots: Dictionary(uniqueKeysWithValues: kinds.map { ($0, [[1]]) }),
      measurements: Dictionary(uniqueKeysWithValues: kinds.map { ($0, claims) }))
    let ordered = ["nitro", "sev-snp", "simulated", "tdx"]
    #expect(tee.json["roots"]?.objectValue?.map(\.name) == ordered)
    #expect(TrustPolicy.TEE(kinds: kinds).json.objectValue?.map(\.name) == ["kinds"])
    #expect(tee.json["measurements"]?.objectValue?.map(\.name) == ordered)
    #expect(tee.json["measurements"]?["tdx"]?.objectValue?.map(\.name) == names.sorted())
  }
}
