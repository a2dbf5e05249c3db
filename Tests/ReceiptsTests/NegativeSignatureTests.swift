import Codec
import Cryptography
import MerkleLog
import Testing

@testable import Receipts

/// Second spellings of a valid Ed25519 signature, and keys that bind nothing, wherever the verifier meets a signature.
@Suite struct NegativeSignatureTests {
  /// 64 bytes in, others out; the equation of verification still holds for the first.
  private static let spellings: [(String, @Sendable ([UInt8]) -> [UInt8])] = [
    ("s + L", { $0.plusOrder() }), ("R and s swapped", { Array($0[32...] + $0[..<32]) }),
    (
      "another sign of R",
      { signature in
        var other = signature
        other[31] ^= 0x80
        return other
      }
    ), ("R the identity, s = 0", { _ in [1] + [UInt8](repeating: 0, count: 63) }),
    ("zeros", { _ in [UInt8](repeating: 0, count: 64) }),
  ]

  private func expect(
    _ check: Check.Name, _ name: String, trust: TrustPolicy? = nil, world: World = World(),
    _ edit: (inout Bundle) throws -> Void
  ) throws {
    var bundle = try world.sealed().bundle
    try edit(&bundle)
    let report = BundleVerifier(policy: try trust ?? World.trust()).verify(try bundle.encoded())
    #expect(report[check]?.state == .fail && !report.isAccepted, "\(name)")
  }

  @Test("a statement and a COSE Receipt have one signature")
  func statements() throws {
    for (name, spelling) in Self.spellings {
      for kind in try World().sealed().bundle.statements.keys {
        try expect(.signatures, "\(kind): \(name)") { bundle in
          let bytes = try #require(bundle.statements[kind])
          bundle.statements[kind] = bytes.dropLast(64) + spelling(Array(bytes.suffix(64)))
        }
      }
      try expect(.inclusion, "COSE Receipt: \(name)") { bundle in
        bundle.coseReceipt = bundle.coseReceipt.dropLast(64) + spelling(Array(bundle.coseReceipt.suffix(64)))
      }
    }
  }

  @Test("a checkpoint has one signature by each key")
  func notes() throws {
    var world = World()
    world.witnesses = 1
    for (name, spelling) in Self.spellings {
      for line in 0..<2 {
        let trust = try World.trust(witnesses: 1, quorum: 1)
        try expect(.inclusion, "line \(line): \(name)", trust: trust, world: world) { bundle in
          var lines = String(decoding: bundle.tlogProof, as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false)
          // The proof ends with its signature lines and a newline.
          let at = lines.count - 2 - line
          var words = lines[at].split(separator: " ")
          let data = try Base64.decode(String(words.removeLast()))
          words.append(Substring(Base64.encode(data.dropLast(64) + spelling(Array(data.suffix(64))))))
          lines[at] = Substring(words.joined(separator: " "))
          bundle.tlogProof = Array(lines.joined(separator: "\n").utf8)
        }
      }
    }
  }

  /// The identity, -1, a point of order 4, one of order 8, and the identity as y = p + 1.
  @Test(
    "a policy with a key for which one signature is valid for every statement is refused",
    arguments: [
      "0100000000000000000000000000000000000000000000000000000000000000",
      "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "0000000000000000000000000000000000000000000000000000000000000000",
      "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
      "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ])
  func keys(hex: String) throws {
    let raw = try #require(Hex.decode(hex))
    let text = String(decoding: try JCS.encode(World.trust().json), as: UTF8.self)
    let (inference, log) = try (World.key(World.issuer(.execution)), World.key("log receipt"))
    for key in [inference.publicKey, log.publicKey] {
      let edited = text.replacing(Base64.encode(key.raw), with: Base64.encode(raw))
      #expect(edited != text)
      #expect(throws: ReceiptError.self) { try TrustPolicy(Array(edited.utf8)) }
    }
  }
}

extension [UInt8] {
  /// R ‖ s with s + L: the same number modulo the order of the group.
  fileprivate func plusOrder() -> [UInt8] {
    let order: [UInt8] =
      [0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14]
      + [UInt8](repeating: 0, count: 15) + [0x10]
    var (sum, carry) = (self, 0)
    for at in 0..<32 {
      let value = Int(self[32 + at]) + Int(order[at]) + carry
      sum[32 + at] = UInt8(value & 0xff)
      carry = value >> 8
    }
    return sum
  }
}
