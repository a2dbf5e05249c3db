import Codec
import Cryptography
import Testing

@testable import Receipts

/// What may be said of a key.
@Suite struct KeyTests {
  static func keyID(_ key: SigningKey) -> Digest32 { COSEKey(key.publicKey).thumbprint }

  static var service: SigningKey { get throws { try World.key(World.issuer(.execution)) } }
  static var owner: SigningKey { get throws { try World.key(World.issuer(.model)) } }

  /// The honest policy, each of its keys listed for `key` too.
  static func trust() throws -> TrustPolicy {
    var trust = try World.trust()
    trust.issuers = trust.issuers.map {
      .init(issuer: $0.issuer, key: $0.key, kinds: $0.kinds.union([.key]), fromIndex: $0.fromIndex, toIndex: $0.toIndex)
    }
    return trust
  }

  static func sign(
    _ stated: KeyPredicate, by key: SigningKey, issuer: String, subject: String? = nil, digest: Digest32? = nil
  ) throws -> SignedStatement {
    try SignedStatement(
      signing: Statement(
        kind: .key, issuer: issuer, subject: subject ?? stated.subject, subjectDigest: try digest ?? stated.digest,
        issuedAt: World.issuedAt, predicate: stated.json),
      with: key)
  }

  /// What the service's key says of itself.
  static func begin(from: UInt64 = 1, replaces: Digest32? = nil) throws -> SignedStatement {
    let stated = try KeyPredicate(
      keyID: keyID(service), kinds: [.execution, .key], fromIndex: from, replaces: replaces)
    return try sign(stated, by: service, issuer: World.issuer(.execution))
  }

  /// What the operator's key says of the service's.
  static func end(from: UInt64 = 1, to: UInt64) throws -> SignedStatement {
    let stated = try KeyPredicate(keyID: keyID(service), kinds: [.execution, .key], fromIndex: from, toIndex: to)
    return try sign(stated, by: owner, issuer: World.issuer(.model))
  }

  @Test func `a predicate reads back, and its digest is that of its canonical JSON`() throws {
    let (one, other) = (SHA256.hash([1]), SHA256.hash([2]))
    let whole = try KeyPredicate(
      keyID: one, kinds: [.key, .epoch, .receipt], fromIndex: 7, toIndex: .max, replaces: other)
    #expect(try KeyPredicate(whole.json) == whole && whole.digest == SHA256.hash(JCS.encode(whole.json)))
    #expect(
      String(decoding: try JCS.encode(whole.json), as: UTF8.self)
        == "{\"from_index\":\"7\",\"key\":\"sha256:\(one.hex)\",\"kinds\":[\"epoch\",\"key\",\"receipt\"],"
        + "\"replaces\":\"sha256:\(other.hex)\",\"to_index\":\"18446744073709551615\"}")
    let bare = try KeyPredicate(keyID: one, kinds: [.key], fromIndex: 0)
    #expect(try KeyPredicate(bare.json) == bare && bare.subject == one.named)
    #expect(bare.json.objectValue?.count == 3)
    let shortest = try KeyPredicate(keyID: one, kinds: [.contribution], fromIndex: 7, toIndex: 7)
    #expect(try KeyPredicate(shortest.json) == shortest)
  }

  @Test(
    arguments: [
      ("from_index", JSON.integer(7)), ("from_index", "10"), ("from_index", "-1"), ("to_index", "6"),
      ("to_index", .null),
      ("to_index", "x"), ("kinds", []), ("kinds", ["receipt", "key"]), ("kinds", ["key", "key"]),
      ("kinds", ["key", "opinion"]),
      ("kinds", ["opinion"]),
      ("kinds", "key"), ("kinds", ["custody", "receipt"]), ("kinds", ["model", "receipt"]), ("key", "sha256:00"),
      ("replaces", "sha256:00"), ("replaces", .null), ("replaces", .string(SHA256.hash([1]).named)), ("more", "1"),
    ] as [(String, JSON)])
  func `a predicate that no key can have is refused`(member: String, value: JSON) throws {
    let good = try KeyPredicate(
      keyID: SHA256.hash([1]), kinds: [.key, .receipt], fromIndex: 7, toIndex: 9, replaces: SHA256.hash([2]))
    let others = try #require(good.json.objectValue).filter { $0.name != member }
    #expect(throws: ReceiptError.self) { try KeyPredicate(.object(others + [JSONMember(member, value)])) }
    guard ["from_index", "kinds", "key"].contains(member) else { return }
    #expect(throws: ReceiptError.self) { try KeyPredicate(.object(others)) }
    #expect(throws: ReceiptError.self) {
      let statement = Statement(
        kind: .key, issuer: "i", subject: "s", subjectDigest: SHA256.hash([]), issuedAt: 0, predicate: .object(others))
      _ = try SignedStatement(signing: statement, with: World.key("k"))
    }
  }
}
