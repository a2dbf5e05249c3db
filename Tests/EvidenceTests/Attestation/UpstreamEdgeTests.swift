import Codec
import Cryptography
import Testing

@testable import Evidence

/// What gateways sign, signed again by a key of the test's own with one member at its limit or beyond.
@Suite struct UpstreamEdgeTests {
  private static let key = Result { try SigningKey(seed: SHA256.hash(Array("a gateway".utf8)).bytes) }

  private func appraise(_ evidence: [UInt8], _ kind: EvidenceKind, at time: Int64) throws -> Appraisal {
    UpstreamTests.appraise(evidence, kind, signers: [Hex.encode(try Self.key.get().publicKey.raw)], at: time)
  }

  /// The vector "ours" with one text in place of another.
  private func aci(_ old: String = "", _ new: String = "") throws -> [UInt8] {
    let one = try #require(try UpstreamTests.load("aci.json").first { $0.name == "ours" })
    let text = try #require(one.document)
    #expect(old.isEmpty || text.contains(old))
    let json = try JSON(parsing: Array((old.isEmpty ? text : text.replacing(old, with: new)).utf8))
    let members = try #require(json.objectValue).filter { $0.name != "signature" }
    let signature = try Self.key.get().sign(JCS.encode(.object(members)))
    return JSON.object(members + [JSONMember("signature", .string(Hex.encode(signature)))]).serialized()
  }

  @Test("an ACI receipt may be of 1970; before that nothing counts")
  func aciTimes() throws {
    #expect(try appraise(aci(), .aci, at: 1_750_000_000).isAccepted)
    let early = try aci("1750000000", "0")
    #expect(try appraise(early, .aci, at: 0).isAccepted)
    #expect(try appraise(early, .aci, at: -1)[.validity] == .fail)
    #expect(try appraise(aci("1750000000", "-1"), .aci, at: 0)[.format] == .fail)
    for (served, state) in [("300", SubCheck.State.pass), ("301", .fail)] {
      #expect(try appraise(aci("1750000000", served), .aci, at: 0)[.validity] == state)
    }
  }

  @Test("a session of another length, and a digest in another spelling, are refused")
  func aciDigests() throws {
    let session = "95ad1cb4dd25445808c2e9d116caf420b05703730b506395e8fc1ca6faeae28f"
    for other in [String(session.dropLast(2)), session + "00", session.uppercased()] {
      #expect(try appraise(aci(session, other), .aci, at: 1_750_000_000)[.format] == .fail, "\(other)")
    }
    // One character to Swift's eyes, of which `dropFirst(7)` takes the mark too.
    let marked = try aci("sha256:53a5", "sha256:\u{301}53a5")
    #expect(try appraise(marked, .aci, at: 1_750_000_000)[.format] == .fail)
  }

  @Test("each claim of an ACI receipt is there under its name, and a text has at most 1024 bytes")
  func aciClaims() throws {
    let claims = try appraise(aci(), .aci, at: 1_750_000_000).claims
    #expect(
      claims.map(\.name) == [
        "receipt_id", "key_id", "model", "workload_keyset", "request_hash", "forwarded_hash", "response_hash",
        "session",
      ])
    #expect(claims.prefix(3).map(\.value) == ["rcpt-0001", "receipt-1", "demo-model"])
    for (count, state) in [(1024, SubCheck.State.pass), (1025, .fail)] {
      let long = try aci("rcpt-0001", String(repeating: "r", count: count))
      #expect(try appraise(long, .aci, at: 1_750_000_000)[.format] == state)
    }
  }

  @Test("an ACI receipt is read to 64 KiB, and to sixteen levels")
  func aciSizes() throws {
    func isLimit(_ bytes: [UInt8]) -> Bool {
      do { _ = try ACIReceipt(bytes) } catch { return "\(error)".contains("limit") }
      return false
    }
    let good = try aci()
    let space = [UInt8](repeating: 0x20, count: 64 << 10 - good.count)
    #expect(!isLimit(good + space) && isLimit(good + space + [0x20]))
    for (levels, isDeep) in [(15, false), (16, true)] {
      let nested = String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
      #expect(isLimit(try aci("\"demo-model\", \"workload", "\"demo-model\", \"x\": \(nested), \"workload")) == isDeep)
    }
  }

  /// The vector "ours", its payload edited, and the parts of its message.
  private func air(_ claims: [CBORPair] = [], _ edit: (inout [CBOR]) -> Void = { _ in }) throws -> [UInt8] {
    let one = try #require(try UpstreamTests.load("air.json").first { $0.name == "ours" })
    let bytes = try #require(one.receipt.flatMap(Hex.decode))
    guard case .tag(18, let message) = try CBOR(decoding: bytes), var parts = message.arrayValue else { return [] }
    let protected = try #require(parts[0].bytesValue)
    let claimed = try #require(parts[2].bytesValue)
    let pairs = try #require(try CBOR(decoding: claimed).mapValue)
    let payload = try CBOR.map(pairs.filter { pair in !claims.contains { $0.key == pair.key } } + claims).encoded()
    parts[2] = .bytes(payload)
    parts[3] = .bytes(try Self.key.get().sign(COSESign1.toBeSigned(protected, payload)))
    edit(&parts)
    return try CBOR.tag(18, .array(parts)).encoded()
  }

  @Test("an AIR receipt may be of 1970, and has four parts, the last of 64 bytes")
  func airParts() throws {
    let early = try air([CBORPair(6, 0)])
    #expect(try appraise(early, .air, at: 0).isAccepted)
    #expect(try appraise(early, .air, at: -1)[.validity] == .fail)
    for (issued, state) in [(300, SubCheck.State.pass), (301, .fail)] {
      #expect(try appraise(air([CBORPair(6, .unsigned(UInt64(issued)))]), .air, at: 0)[.validity] == state)
    }
    for (count, state) in [(1024, SubCheck.State.pass), (1025, .fail)] {
      let long = try air([CBORPair(1, .text(String(repeating: "i", count: count)))])
      #expect(try appraise(long, .air, at: 2_000_000_000)[.format] == state)
    }
    #expect(try appraise(air { $0.append(.null) }, .air, at: 2_000_000_000)[.format] == .fail)
    for count in [63, 65] {
      let bytes = try air { $0[3] = .bytes([UInt8](repeating: 1, count: count)) }
      #expect(try appraise(bytes, .air, at: 2_000_000_000)[.format] == .fail)
    }
  }
}
