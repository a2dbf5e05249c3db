import Codec
import Cryptography
import Testing

@testable import Receipts

/// What may be said of a key, by whom, and what counts of it.
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
  }

  @Test(
    arguments: [
      ("from_index", JSON.integer(7)), ("from_index", "10"), ("from_index", "-1"), ("to_index", "6"),
      ("to_index", .null),
      ("to_index", "x"), ("kinds", []), ("kinds", ["receipt", "key"]), ("kinds", ["key", "key"]),
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

  @Test func `a key's own word counts until its owner ends it, and then the owner's`() throws {
    var history = KeyHistory(policy: try Self.trust())
    let keyID = Self.keyID(try Self.service)
    try history.add(Self.begin(from: 1), at: 1)
    #expect(history.intervals[keyID]?.stated.toIndex == nil)
    #expect(history.intervals[keyID]?.issuer == World.issuer(.execution))
    try history.add(Self.end(from: 3, to: 8), at: 20)
    #expect(history.intervals.count == 1)
    let interval = try #require(history.intervals[keyID])
    #expect(interval.stated.fromIndex == 3 && interval.stated.toIndex == 8 && interval.index == 20)
    // An end needs no beginning.
    var ended = KeyHistory(policy: try Self.trust())
    try ended.add(Self.end(to: 8), at: 2)
    #expect(ended.intervals[keyID]?.stated.toIndex == 8)
  }

  @Test func `of several ends the one that reaches furthest back counts, of equal ones the first`() throws {
    for (ends, expected) in [([8, 5, 9], 5), ([5, 8], 5)] as [([UInt64], UInt64)] {
      var history = KeyHistory(policy: try Self.trust())
      for (index, to) in zip(UInt64(10)..., ends) { try history.add(Self.end(to: to), at: index) }
      #expect(history.intervals.values.first?.stated.toIndex == expected)
    }
    var twice = KeyHistory(policy: try Self.trust())
    try twice.add(Self.end(from: 1, to: 8), at: 10)
    try twice.add(Self.end(from: 0, to: 8), at: 11)
    #expect(twice.intervals.values.first?.index == 10)
  }

  /// Adds a statement at index 10 and expects that it is refused with this word and changes nothing.
  private func refuse(
    _ word: String, _ signed: SignedStatement, after before: [SignedStatement] = [], trust: TrustPolicy? = nil
  ) throws {
    var history = KeyHistory(policy: try trust ?? Self.trust())
    for (index, signed) in zip(UInt64(1)..., before) { try history.add(signed, at: index) }
    let intervals = history.intervals
    let error = #expect(throws: ReceiptError.self) { try history.add(signed, at: 10) }
    #expect(error.map { "\($0)".contains(word) } == true, "\(String(describing: error))")
    #expect(history.intervals == intervals)
  }

  @Test func `what somebody else says of a key, or says wrongly, does not count`() throws {
    let (service, owner) = (try Self.service, try Self.owner)
    let own = try KeyPredicate(keyID: Self.keyID(service), kinds: [.execution, .key], fromIndex: 1)
    let ended = try KeyPredicate(keyID: Self.keyID(service), kinds: [.execution, .key], fromIndex: 1, toIndex: 9)
    func signed(_ stated: KeyPredicate, _ key: SigningKey, _ kind: StatementKind) throws -> SignedStatement {
      try Self.sign(stated, by: key, issuer: World.issuer(kind))
    }
    try refuse("ends it", signed(ended, service, .execution))
    try refuse("speaks for itself only", signed(ended, World.key(World.issuer(.custody)), .custody))
    try refuse("speaks for itself only", signed(own, World.key(World.issuer(.attribution)), .attribution))
    try refuse("it says itself", signed(own, owner, .model))
    try refuse("no key of the policy", signed(own, World.key("nobody"), .execution))
    try refuse("is signed as", signed(own, service, .custody))
    try refuse("kind model", World().sign(.model, "m", SHA256.hash([]), World().madeManifest().json))
    try refuse("does not list it for", Self.begin(), trust: World.trust())
    try refuse("another subject", Self.sign(own, by: service, issuer: World.issuer(.execution), subject: "x"))
    try refuse(
      "another subject", Self.sign(own, by: service, issuer: World.issuer(.execution), digest: SHA256.hash([1])))
    try refuse("after the statement itself", Self.begin(from: 11))
    try refuse("stated already", Self.begin(from: 2), after: [Self.begin()])
    try refuse("its signer's key ended at 9", Self.begin(), after: [Self.end(to: 9)])
  }

  @Test func `a signer's key must be good at the index, by the policy and by what was stated`() throws {
    func trust(from: UInt64, to: UInt64?) throws -> TrustPolicy {
      var trust = try Self.trust()
      trust.issuers = trust.issuers.map {
        .init(issuer: $0.issuer, key: $0.key, kinds: $0.kinds, fromIndex: from, toIndex: to)
      }
      return trust
    }
    try refuse("is not good", Self.begin(), trust: trust(from: 11, to: nil))
    try refuse("is not good", Self.end(to: 3), trust: trust(from: 0, to: 9))
    var history = KeyHistory(policy: try trust(from: 10, to: 10))
    try history.add(Self.begin(), at: 10)
    // An owner whose own key has ended ends no others.
    var two = try Self.trust()
    two.issuers.append(.init(issuer: "https://example.org/board", key: try World.key("board").publicKey, kinds: [.key]))
    let stated = try KeyPredicate(keyID: Self.keyID(Self.owner), kinds: [.key, .model], fromIndex: 0, toIndex: 9)
    let ended = try Self.sign(stated, by: World.key("board"), issuer: "https://example.org/board")
    try refuse("its signer's key ended at 9", Self.end(to: 5), after: [ended], trust: two)
  }

  @Test func `statements are taken in the order of the log`() throws {
    var history = KeyHistory(policy: try Self.trust())
    try history.add(Self.begin(), at: 4)
    for index in [4, 3, 0] as [UInt64] {
      #expect(throws: ReceiptError.self) { try history.add(Self.end(to: 4), at: index) }
    }
    try history.add(Self.end(to: 4), at: 5)
  }

  @Test func `every byte of a key statement matters`() throws {
    for bytes in [try Self.begin(replaces: SHA256.hash([3])).bytes, try Self.end(to: 9).bytes] {
      var survivors: [Int] = []
      for at in bytes.indices {
        var flipped = bytes
        flipped[at] ^= UInt8(1 << (at % 8))
        var history = KeyHistory(policy: try Self.trust())
        guard let signed = try? SignedStatement(flipped), (try? history.add(signed, at: 10)) != nil else { continue }
        survivors.append(at)
      }
      #expect(survivors == [])
    }
  }

  @Test func `a policy is narrowed to what was stated, and never widened`() throws {
    let keyID = Self.keyID(try Self.service)
    func narrowed(_ from: UInt64, _ to: UInt64?, _ statements: SignedStatement...) throws -> TrustPolicy.Issuer {
      var history = KeyHistory(policy: try Self.trust())
      for (index, signed) in zip(UInt64(10)..., statements) { try history.add(signed, at: index) }
      var policy = try Self.trust()
      policy.issuers[0] = .init(
        issuer: policy.issuers[0].issuer, key: policy.issuers[0].key, kinds: policy.issuers[0].kinds, fromIndex: from,
        toIndex: to)
      let result = try history.narrowing(policy)
      #expect(result.issuers.dropFirst() == policy.issuers.dropFirst() && result.issuers[0].keyID == keyID.bytes)
      return result.issuers[0]
    }
    for (found, from, to) in [
      (try narrowed(0, nil, Self.begin(from: 2)), 2, nil), (try narrowed(0, nil), 0, nil),
      (try narrowed(5, 7, Self.begin(from: 2)), 5, 7), (try narrowed(0, nil, Self.end(from: 1, to: 9)), 1, 9),
      (try narrowed(0, 20, Self.begin(), Self.end(from: 1, to: 9)), 1, 9),
      (try narrowed(0, 8, Self.end(from: 1, to: 9)), 1, 8),
    ] as [(TrustPolicy.Issuer, UInt64, UInt64?)] {
      #expect(found.fromIndex == from && found.toIndex == to)
    }
    let error = #expect(throws: ReceiptError.self) { try narrowed(10, nil, Self.end(from: 1, to: 9)) }
    #expect("\(try #require(error))".contains("no entry"))
  }

  @Test func `a receipt past the end of a key is refused under the narrowed policy, and one before it is not`() throws {
    for (to, accepted) in [(3, true), (2, false)] as [(UInt64, Bool)] {
      var history = KeyHistory(policy: try Self.trust())
      try history.add(Self.begin(), at: 1)
      try history.add(Self.end(to: to), at: 9)
      let policy = try TrustPolicy(history.narrowing(Self.trust()).json.serialized())
      let report = try World().report(policy)
      #expect(report.isAccepted == accepted)
      if !accepted { #expect(report.failed == [.signatures]) }
    }
  }
}
