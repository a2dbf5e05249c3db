import Foundation
import Testing

@testable import Cryptography

/// Tests/Vectors/negatives: signatures and certificates that nobody may accept, beside controls that everybody must.
@Suite struct NegativeVectorTests {
  struct Signature: Decodable {
    var name, key, message, signature, result: String
    /// P-256 or P-384, and `fixed` (r ‖ s) or `der`; nil for Ed25519.
    var curve, form: String?
  }

  struct Path: Decodable {
    var name, leaf, result: String
    var intermediates, roots: [String]
    var at: Int64
  }

  private static func load<Case: Decodable>(_ name: String) throws -> [Case] {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return try JSONDecoder().decode(
      [Case].self, from: Data(contentsOf: tests.appending(path: "Vectors/negatives/\(name)")))
  }

  private static func bytes(_ hex: String) throws -> [UInt8] { try #require(Hex.decode(hex)) }

  @Test("no Ed25519 signature that RFC 8032 refuses is valid, and no key that binds nothing is one")
  func ed25519() throws {
    let cases: [Signature] = try Self.load("ed25519.json")
    #expect(cases.count > 100)
    for one in cases {
      let key = try? VerifyingKey(raw: Self.bytes(one.key))
      let valid = try key?.isValid(signature: Self.bytes(one.signature), for: Self.bytes(one.message)) ?? false
      #expect(valid == (one.result == "valid"), "\(one.name)")
      if one.result == "key" { #expect(key == nil, "\(one.name): the key itself is refused") }
    }
  }

  @Test("no ECDSA signature with numbers out of range, another hash, curve, point or spelling is valid")
  func ecdsa() throws {
    let cases: [Signature] = try Self.load("ecdsa.json")
    #expect(cases.count > 400)
    for one in cases {
      let (info, message, signature) = try (Self.bytes(one.key), Self.bytes(one.message), Self.bytes(one.signature))
      let scheme: SignatureScheme = one.curve == "P-256" ? .ecdsaP256SHA256 : .ecdsaP384SHA384
      let key = try? X509PublicKey(subjectPublicKeyInfo: info)
      let valid =
        one.form == "der"
        ? key?.isValid(derSignature: signature, for: message, scheme: scheme)
        : key?.isValid(signature: signature, for: message, scheme: scheme)
      #expect((valid ?? false) == (one.result == "valid"), "\(one.curve ?? "") \(one.name)")
      if one.result == "key" { #expect(key == nil, "\(one.curve ?? "") \(one.name): the key itself is refused") }
      // The same key and signature as COSE has them.
      let prefix = SignatureAlgorithm.es256.subjectPublicKeyInfoPrefix
      guard one.curve == "P-256", one.form == "fixed", info.starts(with: prefix) else { continue }
      let cose = try? VerifyingKey(algorithm: .es256, raw: Array(info.dropFirst(prefix.count)))
      #expect(
        (cose?.isValid(signature: signature, for: message) ?? false) == (one.result == "valid"), "ES256 \(one.name)")
      if one.result == "key" { #expect(cose == nil, "ES256 \(one.name)") }
    }
  }

  @Test("no path with one mistake of RFC 5280 is found, and each is found without it")
  func x509() throws {
    let cases: [Path] = try Self.load("x509.json")
    #expect(cases.count > 120)
    for one in cases {
      var accepted = false
      do {
        let certificates = try ([one.leaf] + one.intermediates).map { try X509Certificate(der: Self.bytes($0)) }
        let roots = try one.roots.map { try X509Certificate(der: Self.bytes($0)) }
        try X509Path(from: certificates[0], through: Array(certificates.dropFirst()), to: roots).checkValidity(
          at: one.at)
        accepted = true
      } catch is X509Error {}
      #expect(accepted == (one.result == "valid"), "\(one.name)")
    }
  }
}
