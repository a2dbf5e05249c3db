import Codec
import Cryptography
import Testing

@testable import Receipts

@Suite struct EpochTests {
  private static let keyID = SHA256.hash([0xFF])
  private static let receipts = (0..<11).map { SHA256.hash([UInt8($0)]) }

  static func epoch(_ count: Int) -> EpochPredicate? {
    EpochPredicate(keyID: keyID, first: 5, receipts: Array(repeating: keyID, count: count))
  }

  @Test("every receipt of an epoch has a path to its root, and no other number, digest or path does")
  func paths() throws {
    for count in 1...Self.receipts.count {
      let digests = Array(Self.receipts.prefix(count))
      let epoch = try #require(EpochPredicate(keyID: Self.keyID, first: 5, receipts: digests))
      #expect(epoch.last == UInt64(4 + count) && epoch.subject == "epoch/5")
      for (at, digest) in digests.enumerated() {
        let sequence = UInt64(5 + at)
        let path = try #require(EpochPredicate.path(to: sequence, first: 5, receipts: digests))
        try epoch.requireCounts(digest, sequence: sequence, path: path)
        for other in [sequence &- 1, sequence + 1, 0, .max] {
          #expect(throws: (any Error).self) { try epoch.requireCounts(digest, sequence: other, path: path) }
        }
        #expect(throws: (any Error).self) { try epoch.requireCounts(Self.keyID, sequence: sequence, path: path) }
        for level in path.indices {
          var wrong = path
          wrong[level] = SHA256.hash(wrong[level].bytes)
          #expect(throws: (any Error).self) { try epoch.requireCounts(digest, sequence: sequence, path: wrong) }
        }
        let long = path + path + [digest]
        #expect(throws: (any Error).self) { try epoch.requireCounts(digest, sequence: sequence, path: long) }
      }
      #expect(EpochPredicate.path(to: 4, first: 5, receipts: digests) == nil)
      #expect(EpochPredicate.path(to: UInt64(5 + count), first: 5, receipts: digests) == nil)
    }
  }

  @Test("an epoch without receipts, from number 0 or past the last number is none")
  func none() {
    #expect(EpochPredicate(keyID: Self.keyID, first: 1, receipts: []) == nil)
    #expect(EpochPredicate(keyID: Self.keyID, first: 0, receipts: Self.receipts) == nil)
    #expect(EpochPredicate(keyID: Self.keyID, first: .max, receipts: Self.receipts) == nil)
  }

  @Test(
    "a predicate that no epoch can have is refused",
    arguments: [
      ("first", JSON.string("0")), ("last", "4"), ("last", "65541"), ("last", "18446744073709551615"), ("first", 5),
      ("root", "sha256:00"), ("key", "a"), ("more", "1"),
    ])
  func refused(member: String, value: JSON) throws {
    let epoch = try #require(EpochPredicate(keyID: Self.keyID, first: 5, receipts: Self.receipts))
    #expect(try EpochPredicate(epoch.json) == epoch)
    let others = try #require(epoch.json.objectValue).filter { $0.name != member }
    #expect(throws: ReceiptError.self) { try EpochPredicate(.object(others + [JSONMember(member, value)])) }
    if member != "more" { #expect(throws: ReceiptError.self) { try EpochPredicate(.object(others)) } }
  }
}
