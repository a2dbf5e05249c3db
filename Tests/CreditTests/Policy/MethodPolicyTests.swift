import Codec
import Cryptography
import Testing

@testable import Credit

@Suite struct MethodPolicyTests {
  private static let table = "sha256:" + String(repeating: "0f", count: 32)
  private static let methods = [
    #""method":"metered/1","per_millisecond":0,"per_token":3"#,
    #""method":"knn-shapley/1","near_bp":9500,"negatives":"dropped","neighbours":5,"shift":8"#,
    #""method":"tknn-shapley/1","near_bp":9500,"negatives":"net","radius":-7,"shift":0"#,
    #""length_min":8,"method":"span/1","near_bp":8000,"rarity_min":1099511627776,"rarity_table":"\#(table)","shingle":5,"#
      + #""words":128"#,
    #""method":"context-shapley/1""#, #""method":"feedback/1""#, #""method":"lineage/1""#, #""method":"operator/1""#,
    #""contributors":["x"],"method":"equal/1""#,
    #""method":"fixed/1","parts":[{"basis_points":10000,"contributor":"y"}]"#,
  ]

  private static func text(_ method: String) -> String {
    #"{"id":"p","roles":[{"basis_points":10000,\#(method),"role":"all"}]}"#
  }

  private static func policy(_ method: String) throws -> AttributionPolicy {
    try AttributionPolicy(json: JSON(parsing: Array(text(method).utf8)))
  }

  /// The members of each method stand in the order of JCS here, but for those that come before them.
  @Test(arguments: methods) func eachMethodReadsBackFromItsJSON(_ method: String) throws {
    let policy = try Self.policy(method)
    #expect(try AttributionPolicy(json: policy.json) == policy)
    let canonical = try JCS.encode(JSON(parsing: Array(Self.text(method).utf8)))
    #expect(try JCS.encode(policy.json) == canonical)
    #expect(try policy.digest() == SHA256.hash(canonical))
    #expect(method.contains(#""method":"\#(policy.roles[0].method.name)""#))
    #expect((policy.methodNotServed != nil) == method.contains("feedback/1"))
    #expect((policy.nearest != nil) == method.contains("knn-shapley/1"))
    #expect(policy.nearest.map { method.contains("\"\($0.method)\"") } != false)
  }

  /// Every member is needed, and none more is taken.
  @Test(arguments: methods) func aMemberMoreOrLessIsRefused(_ method: String) throws {
    guard case .object(let members) = try JSON(parsing: Array("{\(method)}".utf8)) else { return }
    #expect(throws: CreditError.self) { try Self.policy(method + #","seed":"x""#) }
    for at in members.indices {
      var fewer = members
      fewer.remove(at: at)
      let text = JSON.object(fewer).text.dropFirst().dropLast()
      #expect(throws: (any Error).self) { try Self.policy(String(text)) }
    }
  }

  @Test(arguments: [
    (0, #""per_token":3"#, #""per_token":0"#), (0, #""per_token":3"#, #""per_token":-1"#),
    (0, #""per_token":3"#, #""per_token":4294967296"#), (0, #""per_token":3"#, #""per_token":"3""#),
    (1, #""neighbours":5"#, #""neighbours":0"#), (1, #""neighbours":5"#, #""neighbours":1048577"#),
    (1, #""shift":8"#, #""shift":32"#), (1, #""shift":8"#, #""shift":-1"#), (1, "dropped", "kept"),
    (1, #""near_bp":9500"#, #""near_bp":0"#), (1, #""near_bp":9500"#, #""near_bp":10001"#),
    (2, #""radius":-7"#, #""radius":2147483648"#), (2, #""radius":-7"#, #""radius":1.5"#),
    (3, #""length_min":8"#, #""length_min":0"#), (3, #""length_min":8"#, #""length_min":1025"#),
    (3, "1099511627776", "1099511627777"), (3, "sha256:", "md5:"), (3, "0f0f", "0F0F"),
    (3, #""shingle":5"#, #""shingle":65"#), (3, #""words":128"#, #""words":513"#), (3, #""words":128"#, #""words":0"#),
    (3, #""near_bp":8000"#, #""near_bp":0"#), (4, "context-shapley/1", "context-shapley/2"),
  ])
  func aParameterOutOfItsRangeIsRefused(_ at: Int, _ part: String, _ other: String) throws {
    let changed = Self.methods[at].replacing(part, with: other)
    #expect(changed != Self.methods[at])
    #expect(throws: CreditError.self) { try Self.policy(changed) }
  }

  /// The scores of one answer are of one form.
  @Test func bothFormsOfNearestRecordsAreRefused() throws {
    func text(_ first: Int, _ second: Int) -> String {
      #"{"id":"p","roles":[{"basis_points":4000,\#(Self.methods[first]),"role":"a"},"#
        + #"{"basis_points":6000,\#(Self.methods[second]),"role":"b"}]}"#
    }
    func policy(_ first: Int, _ second: Int) throws -> AttributionPolicy {
      try AttributionPolicy(json: JSON(parsing: Array(text(first, second).utf8)))
    }
    let error = #expect(throws: CreditError.self) { try policy(1, 2) }
    #expect(error.map { "\($0)" }?.contains("knn-shapley/1 and tknn-shapley/1") == true)
    #expect(throws: CreditError.self) { try policy(2, 1) }
    #expect(try policy(1, 1).nearest == Self.policy(Self.methods[1]).nearest)
    #expect(try policy(0, 2).nearest?.negatives == .net && policy(1, 0).nearest?.negatives == .dropped)
  }

  @Test func sharesComeFromUsageOrScoresOrAreRefused() throws {
    let usage = Metered.Count(contributor: "op", tokens: 10, milliseconds: 0)
    #expect(
      try computeShares(policy: Self.policy(Self.methods[0]), lineage: nil, operator: "op", price: 7, usage: usage)
        == [share("op", 7)])
    #expect(throws: CreditError.noScores(method: "metered/1")) {
      try computeShares(policy: Self.policy(Self.methods[0]), lineage: nil, operator: "op", price: 7)
    }
    let scores = ["span/1": [Weighted(contributor: "a", weight: 2), Weighted(contributor: "b", weight: 1)]]
    #expect(
      try computeShares(policy: Self.policy(Self.methods[3]), lineage: nil, operator: "op", price: 9, scores: scores)
        == [share("a", 6), share("b", 3)])
    #expect(throws: CreditError.noScores(method: "feedback/1")) {
      try computeShares(policy: Self.policy(Self.methods[5]), lineage: nil, operator: "op", price: 9, scores: scores)
    }
  }
}
