import Codec
import Cryptography
import Foundation
import Testing

@testable import Receipts

@Suite struct DrawTests {
  private static func entry(_ number: Int) -> Digest32 { SHA256.hash(Array("receipt \(number)".utf8)) }

  @Test("the draw is the hash that FORMAT section 5 writes")
  func definition() {
    let seed = [UInt8](0..<32)
    let draw = Draw.draw(seed: seed, root: Self.entry(1), entry: Self.entry(2))
    #expect(
      draw == SHA256.hash(Array("colophon/draw/v1\0".utf8) + seed + Self.entry(1).bytes + Self.entry(2).bytes))
    #expect(Draw.commitment(to: seed) == SHA256.hash(seed))
  }

  @Test(
    "what is selected is below floor(rate * 2^64 / 10000), to the last unit",
    arguments: [
      (1, UInt64(1_844_674_407_370_955)), (500, 922_337_203_685_477_580), (5_000, 1 << 63),
      (9_999, 18_444_899_399_302_180_660),
    ])
  func threshold(rate: Int, threshold: UInt64) throws {
    func digest(_ first: UInt64) throws -> Digest32 {
      try Digest32(BigEndian.bytes(first) + [UInt8](repeating: 0xFF, count: 24))
    }
    #expect(Draw.selects(try digest(threshold - 1), basisPoints: rate))
    #expect(Draw.selects(try digest(0), basisPoints: rate))
    #expect(!Draw.selects(try digest(threshold), basisPoints: rate))
    #expect(!Draw.selects(try digest(.max), basisPoints: rate))
    #expect(try Draw.selects(digest(.max), basisPoints: 10_000) && !Draw.selects(digest(0), basisPoints: 0))
  }

  @Test("of 1,000 receipts at 500 basis points as many are selected as the exact binomial interval allows")
  func binomial() {
    let allowed = Self.interval(draws: 1000, probability: 0.05, level: 0.001)
    #expect(allowed == 29...74)
    for epoch in 0..<8 {
      let seed = SHA256.hash(Array("seed \(epoch)".utf8)).bytes
      let root = SHA256.hash([UInt8(epoch)])
      let count = (0..<1000).count {
        Draw.selects(Draw.draw(seed: seed, root: root, entry: Self.entry($0)), basisPoints: 500)
      }
      #expect(allowed.contains(count), "epoch \(epoch): \(count) of 1000")
    }
  }

  @Test("nothing of a draw follows from another seed, root or entry")
  func independence() {
    let one = Draw.draw(seed: Self.entry(0).bytes, root: Self.entry(1), entry: Self.entry(2))
    #expect(one != Draw.draw(seed: Self.entry(9).bytes, root: Self.entry(1), entry: Self.entry(2)))
    #expect(one != Draw.draw(seed: Self.entry(0).bytes, root: Self.entry(9), entry: Self.entry(2)))
    #expect(one != Draw.draw(seed: Self.entry(0).bytes, root: Self.entry(1), entry: Self.entry(9)))
  }

  /// Counts k with `2 * min(P(X <= k), P(X >= k)) >= level`, by exact summation of the terms.
  private static func interval(draws n: Int, probability p: Double, level: Double) -> ClosedRange<Int> {
    var term = pow(1 - p, Double(n))
    var terms = [term]
    for k in 1...n {
      term *= Double(n - k + 1) / Double(k) * p / (1 - p)
      terms.append(term)
    }
    func sum(_ range: ClosedRange<Int>) -> Double { terms[range].reduce(0, +) }
    let counts = (0...n).filter { 2 * min(sum(0...$0), sum($0...n)) >= level }
    return (counts.first ?? 0)...(counts.last ?? 0)
  }

  @Test("a policy has one text, and every other is refused")
  func texts() {
    for policy in [VerificationPolicy.always, .sample(basisPoints: 1), .sample(basisPoints: 10_000), .onDemand, .never]
    {
      #expect(VerificationPolicy(policy.text) == policy)
    }
    #expect(VerificationPolicy("sample 500bp") == .sample(basisPoints: 500))
    for text in [
      "", "now", "Always", "sample", "sample bp", "sample 0bp", "sample 10001bp", "sample 5", "sample 05bp",
      "sample -5bp", "sample +5bp", "always5bp", "sample 5xx",
      "sample  5bp", "sample 5 bp", "sample 99999999999999999999bp", "none ", "sample \u{665}bp",
    ] {
      #expect(VerificationPolicy(text) == nil, "\(text)")
    }
  }

  @Test(
    "a predicate that no draw or reveal can have is refused",
    arguments: [
      ("number", JSON.string("01")), ("number", 1), ("seed", "sha256:00"), ("within", "0"), ("within", "-1"),
      ("more", "1"),
    ])
  func drawRefused(member: String, value: JSON) throws {
    let draw = DrawPredicate(number: 7, seed: Self.entry(1), within: 9)
    #expect(try DrawPredicate(draw.json) == draw)
    try Self.expectRefused(draw.json, member, value) { _ = try DrawPredicate($0) }
  }

  @Test(
    "a predicate that no reveal can have is refused",
    arguments: [
      ("number", JSON.string("x")), ("draw", "0"), ("last", 1), ("seed", "AAAA"), ("seed", "*"), ("checkpoint", ""),
      ("checkpoint", .string(String(repeating: "x", count: 4097))), ("more", "1"),
    ])
  func revealRefused(member: String, value: JSON) throws {
    let reveal = RevealPredicate(
      number: 7, draw: Self.entry(1), last: 9, seed: Self.entry(2).bytes, checkpoint: "checkpoint")
    #expect(try RevealPredicate(reveal.json) == reveal)
    #expect(reveal.root == nil)
    try Self.expectRefused(reveal.json, member, value) { _ = try RevealPredicate($0) }
  }

  private static func expectRefused(_ json: JSON, _ member: String, _ value: JSON, read: (JSON) throws -> Void) throws {
    let others = try #require(json.objectValue).filter { $0.name != member }
    #expect(throws: ReceiptError.self) { try read(.object(others + [JSONMember(member, value)])) }
    if member != "more" { #expect(throws: ReceiptError.self) { try read(.object(others)) } }
  }
}
