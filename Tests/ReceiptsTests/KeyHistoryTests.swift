import Codec
import Cryptography
import Testing

@testable import Receipts

/// What counts of what is said of keys, and what a policy makes of it.
@Suite struct KeyHistoryTests {
  @Test func `a key's own word counts until its owner ends it, and then the owner's`() throws {
    var history = KeyHistory(policy: try KeyTests.trust())
    let keyID = KeyTests.keyID(try KeyTests.service)
    try history.add(KeyTests.begin(from: 1), at: 1)
    #expect(history.intervals[keyID]?.stated.toIndex == nil)
    #expect(history.intervals[keyID]?.issuer == World.issuer(.execution))
    try history.add(KeyTests.end(from: 3, to: 8), at: 20)
    #expect(history.intervals.count == 1)
    let interval = try #require(history.intervals[keyID])
    #expect(interval.stated.fromIndex == 3 && interval.stated.toIndex == 8 && interval.index == 20)
    // An end needs no beginning.
    var ended = KeyHistory(policy: try KeyTests.trust())
    try ended.add(KeyTests.end(to: 8), at: 2)
    #expect(ended.intervals[keyID]?.stated.toIndex == 8)
  }

  @Test func `of several ends the one that reaches furthest back counts, of equal ones the first`() throws {
    for (ends, expected) in [([8, 5, 9], 5), ([5, 8], 5)] as [([UInt64], UInt64)] {
      var history = KeyHistory(policy: try KeyTests.trust())
      for (index, to) in zip(UInt64(10)..., ends) { try history.add(KeyTests.end(to: to), at: index) }
      #expect(history.intervals.values.first?.stated.toIndex == expected)
    }
    var twice = KeyHistory(policy: try KeyTests.trust())
    try twice.add(KeyTests.end(from: 1, to: 8), at: 10)
    try twice.add(KeyTests.end(from: 0, to: 8), at: 11)
    #expect(twice.intervals.values.first?.index == 10)
  }

  /// Adds a statement at index 10 and expects that it is refused with this word and changes nothing.
  private func refuse(
    _ word: String, _ signed: SignedStatement, after before: [SignedStatement] = [], trust: TrustPolicy? = nil
  ) throws {
    var history = KeyHistory(policy: try trust ?? KeyTests.trust())
    for (index, signed) in zip(UInt64(1)..., before) { try history.add(signed, at: index) }
    let intervals = history.intervals
    let error = #expect(throws: ReceiptError.self) { try history.add(signed, at: 10) }
    #expect(error.map { "\($0)".contains(word) } == true, "\(String(describing: error))")
    #expect(history.intervals == intervals)
  }

  @Test func `what somebody else says of a key, or says wrongly, does not count`() throws {
    let (service, owner) = (try KeyTests.service, try KeyTests.owner)
    let own = try KeyPredicate(keyID: KeyTests.keyID(service), kinds: [.execution, .key], fromIndex: 1)
    let ended = try KeyPredicate(keyID: KeyTests.keyID(service), kinds: [.execution, .key], fromIndex: 1, toIndex: 9)
    func signed(_ stated: KeyPredicate, _ key: SigningKey, _ kind: StatementKind) throws -> SignedStatement {
      try KeyTests.sign(stated, by: key, issuer: World.issuer(kind))
    }
    try refuse("ends it", signed(ended, service, .execution))
    try refuse("speaks for itself only", signed(ended, World.key(World.issuer(.custody)), .custody))
    try refuse("speaks for itself only", signed(own, World.key(World.issuer(.attribution)), .attribution))
    try refuse("it says itself", signed(own, owner, .model))
    try refuse("no key of the policy", signed(own, World.key("nobody"), .execution))
    try refuse("is signed as", signed(own, service, .custody))
    try refuse("kind model", World().sign(.model, "m", SHA256.hash([]), World().madeManifest().json))
    try refuse("does not list for it", KeyTests.begin(), trust: World.trust())
    try refuse("another subject", KeyTests.sign(own, by: service, issuer: World.issuer(.execution), subject: "x"))
    try refuse(
      "another subject", KeyTests.sign(own, by: service, issuer: World.issuer(.execution), digest: SHA256.hash([1])))
    try refuse("after the statement itself", KeyTests.begin(from: 11))
    try refuse("stated already", KeyTests.begin(from: 2), after: [KeyTests.begin()])
    try refuse("its signer's key ended at 9", KeyTests.begin(), after: [KeyTests.end(to: 9)])
  }

  @Test func `a signer's key must be good at the index, by the policy and by what was stated`() throws {
    func trust(from: UInt64, to: UInt64?) throws -> TrustPolicy {
      var trust = try KeyTests.trust()
      trust.issuers = trust.issuers.map {
        .init(issuer: $0.issuer, key: $0.key, kinds: $0.kinds, fromIndex: from, toIndex: to)
      }
      return trust
    }
    try refuse("is not good", KeyTests.begin(), trust: trust(from: 11, to: nil))
    try refuse("is not good", KeyTests.end(to: 3), trust: trust(from: 0, to: 9))
    var history = KeyHistory(policy: try trust(from: 10, to: 10))
    try history.add(KeyTests.begin(), at: 10)
    // The last entry of a key is still its own.
    var last = KeyHistory(policy: try KeyTests.trust())
    try last.add(KeyTests.end(to: 10), at: 1)
    try last.add(KeyTests.begin(), at: 10)
    // An owner whose own key has ended ends no others.
    var two = try KeyTests.trust()
    two.issuers.append(.init(issuer: "https://example.org/board", key: try World.key("board").publicKey, kinds: [.key]))
    let stated = try KeyPredicate(
      keyID: KeyTests.keyID(KeyTests.owner), kinds: [.key, .model], fromIndex: 0, toIndex: 9)
    let ended = try KeyTests.sign(stated, by: World.key("board"), issuer: "https://example.org/board")
    try refuse("its signer's key ended at 9", KeyTests.end(to: 5), after: [ended], trust: two)
  }

  @Test func `statements are taken in the order of the log`() throws {
    var history = KeyHistory(policy: try KeyTests.trust())
    try history.add(KeyTests.begin(), at: 4)
    for index in [4, 3, 0] as [UInt64] {
      #expect(throws: ReceiptError.self) { try history.add(KeyTests.end(to: 4), at: index) }
    }
    try history.add(KeyTests.end(to: 4), at: 5)
  }

  @Test func `every byte of a key statement matters`() throws {
    let trust = try KeyTests.trust()
    for bytes in [try KeyTests.begin(replaces: SHA256.hash([3])).bytes, try KeyTests.end(to: 9).bytes] {
      var survivors: [Int] = []
      for at in bytes.indices {
        var flipped = bytes
        flipped[at] ^= UInt8(1 << (at % 8))
        var history = KeyHistory(policy: trust)
        guard let signed = try? SignedStatement(flipped), (try? history.add(signed, at: 10)) != nil else { continue }
        survivors.append(at)
      }
      #expect(survivors == [])
    }
  }

  @Test func `a policy is narrowed to what was stated, and never widened`() throws {
    let keyID = KeyTests.keyID(try KeyTests.service)
    func narrowed(_ from: UInt64, _ to: UInt64?, _ statements: SignedStatement...) throws -> TrustPolicy.Issuer {
      var history = KeyHistory(policy: try KeyTests.trust())
      for (index, signed) in zip(UInt64(10)..., statements) { try history.add(signed, at: index) }
      var policy = try KeyTests.trust()
      policy.issuers[0] = .init(
        issuer: policy.issuers[0].issuer, key: policy.issuers[0].key, kinds: policy.issuers[0].kinds, fromIndex: from,
        toIndex: to)
      let result = try history.narrowing(policy)
      #expect(result.issuers.dropFirst() == policy.issuers.dropFirst() && result.issuers[0].keyID == keyID.bytes)
      return result.issuers[0]
    }
    for (found, from, to) in [
      (try narrowed(0, nil, KeyTests.begin(from: 2)), 2, nil), (try narrowed(0, nil), 0, nil),
      (try narrowed(5, 7, KeyTests.begin(from: 2)), 5, 7), (try narrowed(0, nil, KeyTests.end(from: 1, to: 9)), 1, 9),
      (try narrowed(0, 20, KeyTests.begin(), KeyTests.end(from: 1, to: 9)), 1, 9),
      (try narrowed(0, 8, KeyTests.end(from: 1, to: 9)), 1, 8),
      (try narrowed(9, nil, KeyTests.end(from: 1, to: 9)), 9, 9),
    ] as [(TrustPolicy.Issuer, UInt64, UInt64?)] {
      #expect(found.fromIndex == from && found.toIndex == to)
    }
    let error = #expect(throws: ReceiptError.self) { try narrowed(10, nil, KeyTests.end(from: 1, to: 9)) }
    #expect("\(try #require(error))".contains("no entry"))
  }

  @Test func `a receipt past the end of a key is refused under the narrowed policy, and one before it is not`() throws {
    for (to, accepted) in [(3, true), (2, false)] as [(UInt64, Bool)] {
      var history = KeyHistory(policy: try KeyTests.trust())
      try history.add(KeyTests.begin(), at: 1)
      try history.add(KeyTests.end(to: to), at: 9)
      let policy = try TrustPolicy(history.narrowing(KeyTests.trust()).json.serialized())
      let report = try World().report(policy)
      #expect(report.isAccepted == accepted)
      if !accepted { #expect(report.failed == [.signatures]) }
    }
  }
}
