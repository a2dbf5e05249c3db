import Codec
import Cryptography
import Testing

@testable import Credit

/// Ratings that were sealed, opened and judged, as the log has them.
@Suite struct RegisteredFeedbackTests {
  private static let receipt = "0190b5e2-7c3a-7abc-8def-0123456789ab"

  /// Contributors whose keys are their numbers, and a log that only they write.
  private struct Town {
    var registry = Registry()
    var next: UInt64 = 0

    init(_ names: String...) throws {
      for name in names {
        try add(.contributor(Contributor(id: name, key: Self.key(name).publicKey, name: name)), name)
      }
    }

    private static func key(_ name: String) throws -> SigningKey { try SigningKey(seed: keyID(name)) }
    private static func keyID(_ name: String) -> [UInt8] { SHA256.hash(Array(name.utf8)).bytes }

    mutating func add(_ contribution: Contribution, _ name: String) throws {
      try registry.add(contribution, keyID: Self.keyID(name), at: next)
      next += 1
    }

    /// The index of the commitment.
    mutating func commit(_ asset: Asset, by name: String) throws -> UInt64 {
      try add(
        .commitment(Contribution.commitment(to: asset, by: Self.keyID(name), salt: SHA256.hash([1]))), name)
      return next - 1
    }

    mutating func reveal(_ asset: Asset, by name: String, _ index: UInt64) throws {
      try add(.asset(.init(asset, committedAt: index, salt: SHA256.hash([1]))), name)
    }
  }

  private static func record(
    _ rater: String, _ subject: String, _ verdict: Feedback.Verdict, of receipt: String = receipt
  ) throws -> Feedback.Record {
    try Feedback.Record(rater: rater, receipt: receipt, subject: subject, verdict: verdict)
  }

  private static func asset(_ records: [Feedback.Record], _ id: String, _ kind: Asset.Kind = .feedback) throws -> Asset
  {
    try Asset(id: id, kind: kind, name: id, licence: "CC0-1.0", contents: records.map(\.digest))
  }

  private func earned(_ town: Town, _ records: [Feedback.Record]) throws -> [String] {
    let found = town.registry.feedback(records, of: Self.receipt, judge: "judge")
    return try Feedback.weights(found.ratings, found.outcomes).map(\.contributor)
  }

  @Test func `a record has one spelling, and names who rates`() throws {
    let record = try Self.record("bob", "ada", .good)
    #expect(
      record.text == #"{"rater":"bob","receipt":"\#(Self.receipt)","subject":"ada","verdict":"good"}"#)
    #expect(try Feedback.Record(text: record.text) == record)
    for (part, other) in [
      ("good", "fine"), (#""bob""#, #""b b""#), (#","subject""#, #", "subject""#), (#""verdict""#, #""x":1,"verdict""#),
      (#""rater":"bob","#, ""), (#"{"rater":"bob","#, #"{"receipt":"r","rater":"bob","#),
    ] {
      let changed = record.text.replacing(part, with: other)
      #expect(changed != record.text)
      #expect(throws: CreditError.self, "\(changed)") { try Feedback.Record(text: changed) }
    }
    #expect(try Self.record("eve", "ada", .good).digest != record.digest)
  }

  @Test func `who sealed before the judge's reveal what it then said earns`() throws {
    var town = try Town("ada", "bob", "carol", "dave", "judge")
    let right = try Self.record("bob", "ada", .good)
    let wrong = try Self.record("carol", "ada", .bad)
    let late = try Self.record("dave", "ada", .good)
    let outcome = try Self.record("judge", "ada", .good)
    let all = [right, wrong, late, outcome]
    let (bob, carol, judged, dave) = (
      try Self.asset([right], "b"), try Self.asset([wrong], "c"), try Self.asset([outcome], "j"),
      try Self.asset([late], "d")
    )
    // The judge decides in secret before anybody rates: what counts is when it says so.
    let decided = try town.commit(judged, by: "judge")
    let (first, second) = (try town.commit(bob, by: "bob"), try town.commit(carol, by: "carol"))
    try town.reveal(bob, by: "bob", first)
    try town.reveal(carol, by: "carol", second)
    #expect(try earned(town, all).isEmpty, "there is no outcome yet")
    try town.reveal(judged, by: "judge", decided)
    let third = try town.commit(dave, by: "dave")
    try town.reveal(dave, by: "dave", third)
    #expect(try earned(town, all) == ["bob"])
    #expect(try earned(town, [right, right, outcome]) == ["bob"], "no quantity of copies pays")
    #expect(try earned(town, [right]).isEmpty && earned(town, [outcome]).isEmpty)
    #expect(
      try earned(town, [right, outcome].map { try Self.record($0.rater, $0.subject, $0.verdict, of: "other") }).isEmpty)
  }

  @Test func `what another registered, or as something else, is nobody's rating`() throws {
    var town = try Town("ada", "bob", "eve", "judge")
    let (bobs, outcome) = (try Self.record("bob", "ada", .good), try Self.record("judge", "ada", .good))
    let own = try Self.record("ada", "ada", .good)
    func registered(_ asset: Asset, _ name: String, _ town: inout Town) throws {
      let index = try town.commit(asset, by: name)
      try town.reveal(asset, by: name, index)
    }
    try registered(Self.asset([bobs], "stolen"), "eve", &town)
    try registered(Self.asset([own], "own"), "ada", &town)
    try registered(Self.asset([bobs], "page", .documents), "bob", &town)
    var after = town
    try registered(Self.asset([outcome], "outcome"), "judge", &after)
    #expect(try earned(after, [bobs, own, outcome]).isEmpty)
    // Eve's copy of it does not keep Bob from sealing his own.
    try registered(Self.asset([bobs], "mine"), "bob", &town)
    try registered(Self.asset([outcome], "outcome"), "judge", &town)
    #expect(try earned(town, [bobs, own, outcome]) == ["bob"])
  }

  @Test func `a policy with a judge pays nobody before an outcome, and raters after it`() throws {
    let text = #"{"id":"p","roles":[{"basis_points":10000,"judge":"judge","method":"feedback/1","role":"raters"}]}"#
    let policy = try AttributionPolicy(json: JSON(parsing: Array(text.utf8)))
    #expect(try String(decoding: JCS.encode(policy.json), as: UTF8.self) == text)
    #expect(policy.judge == "judge" && policy.methodNotServed == nil)
    #expect(
      try computeShares(policy: policy, lineage: nil, operator: "op", price: 9)
        == [share(CreditID.unattributed, 9)])
    let weights = [Weighted(contributor: "bob", weight: 1)]
    #expect(
      try computeShares(policy: policy, lineage: nil, operator: "op", price: 9, scores: [Feedback.method: weights])
        == [share("bob", 9)])
    let bad = text.replacing(#""judge":"judge""#, with: #""judge":"a b""#)
    #expect(throws: CreditError.self) { try AttributionPolicy(json: JSON(parsing: Array(bad.utf8))) }
  }
}
