import Codec
import Cryptography
import Testing

@testable import Credit

/// What a policy says of `context-shapley/1`: each member stands or does not, and an old document keeps bytes and meaning.
@Suite struct ContextPolicyTests {
  private static func policy(_ members: String) throws -> AttributionPolicy {
    let text = #"{"id":"p","roles":[{"basis_points":10000,"method":"context-shapley/1"\#(members),"role":"all"}]}"#
    return try AttributionPolicy(json: JSON(parsing: Array(text.utf8)))
  }

  private static let near = #","near_bp":9000,"shingle":3,"words":64"#

  @Test(arguments: [("", 8), (#","permutations":1"#, 1), (#","permutations":65536"#, 65_536)])
  func permutationsAreThePolicys(_ members: String, _ count: Int) throws {
    for near in ["", Self.near] {
      let policy = try Self.policy(near + members)
      #expect(policy.permutations == count && policy.creditsDocuments && (policy.near != nil) == !near.isEmpty)
      #expect(policy.roles[0].json["permutations"]?.intValue.map(Int.init) == (members.isEmpty ? nil : count))
      #expect(try AttributionPolicy(json: policy.json) == policy)
    }
    #expect(try Self.policy("").roles[0].method == .contextShapley)
    #expect(AttributionPolicy.standard.permutations == 8)
  }

  @Test(arguments: [
    #","permutations":0"#, #","permutations":65537"#, #","permutations":-1"#, #","permutations":"8""#,
    #","permutations":null"#, #","permutations":8.0"#, #","near_bp":9000"#, #","shingle":3,"words":64"#,
    #","near_bp":9000,"shingle":3,"permutations":8"#, #","permutation":8"#,
  ])
  func whatIsNoMemberIsRefused(_ members: String) {
    #expect(throws: CreditError.self) { try Self.policy(members) }
  }

  @Test func theFirstRoleThatSaysSoCounts() throws {
    func role(_ name: String, _ method: AttributionMethod) -> PolicyRole {
      PolicyRole(role: name, basisPoints: 2_500, method: method)
    }
    let policy = try AttributionPolicy(
      id: "p",
      roles: [
        role("a", .lineage), role("b", .contextShapley),
        role("c", .contextShapleyBy(ContextParameters(permutations: 5))),
        role("d", .contextShapleyBy(ContextParameters(permutations: 6))),
      ])
    #expect(policy.permutations == 5)
  }
}
