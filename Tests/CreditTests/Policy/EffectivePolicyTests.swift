import Codec
import Testing

@testable import Credit

@Suite struct EffectivePolicyTests {
  private static let roles = #""roles":[{"basis_points":10000,"method":"operator/1","role":"operator"}]"#

  private func policy(_ text: String) throws -> AttributionPolicy {
    try AttributionPolicy(json: JSON(parsing: Array(text.utf8)))
  }

  private func policy(_ id: String, from day: String?) throws -> AttributionPolicy {
    try AttributionPolicy(
      id: id, roles: AttributionPolicy.standard.roles, effectiveFrom: day.map { try #require(UnixDay($0)) })
  }

  @Test func theDayReadsBack() throws {
    let text = #"{"effective_from":"2026-12-01","id":"p",\#(Self.roles)}"#
    let read = try policy(text)
    #expect(read.effectiveFrom?.text == "2026-12-01")
    #expect(String(decoding: try JCS.encode(read.json), as: UTF8.self) == text)
  }

  @Test(arguments: [
    "20461", #""2026-12-1""#, #""2026-02-29""#, #""2026-12-01T00:00:00Z""#, #""1969-12-31""#, #""3000-01-01""#, #""""#,
    "null",
    #""2026-12-01","effective_from":"2026-12-01""#,
  ])
  func anotherValueIsRefused(_ value: String) {
    #expect(throws: (any Error).self) { try policy(#"{"id":"p",\#(Self.roles),"effective_from":\#(value)}"#) }
  }

  @Test func itSharesNoReceiptOfADayBefore() throws {
    let policy = try policy("p", from: "1970-01-03")
    let begin: UInt64 = 2 * 86_400_000
    #expect(throws: CreditError.notEffective(policy: "p", from: "1970-01-03", day: "1970-01-02")) {
      try policy.requireEffective(unixMs: begin - 1)
    }
    #expect(!policy.isEffective(unixMs: 0))
    for time in [begin, begin + 1, .max] { try policy.requireEffective(unixMs: time) }
    for time in [0, .max] as [UInt64] { try AttributionPolicy.standard.requireEffective(unixMs: time) }
  }

  @Test func theNextPolicyIsLaterUnderAnotherNameAndLooksForTheSame() throws {
    let (first, second) = (try policy("a", from: "2026-12-01"), try policy("b", from: "2026-12-02"))
    try second.requireNext(after: first)
    try second.requireNext(after: .standard)
    let near = try NearTexts(shingle: 3, words: 64, nearBasisPoints: 8_000)
    let other = try AttributionPolicy(
      id: "c", roles: [PolicyRole(role: "r", basisPoints: 10_000, method: .nearContextShapley(near))],
      effectiveFrom: second.effectiveFrom)
    for (next, current) in [
      (try policy("b", from: nil), first), (try policy("a", from: "2026-12-02"), first), (first, second),
      (second, second),
      (try policy("b", from: "2026-12-01"), first), (other, first), (second, other),
    ] {
      #expect(throws: CreditError.self) { try next.requireNext(after: current) }
    }
  }
}
