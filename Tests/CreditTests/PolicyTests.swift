import Codec
import Credit
import Testing

@Suite struct PolicyTests {
  @Test func theStandardPolicyIsValidAndHasOneSpelling() throws {
    let standard = AttributionPolicy.standard
    #expect(try AttributionPolicy(id: standard.id, roles: standard.roles) == standard)
    #expect(
      String(decoding: try JCS.encode(standard.json), as: UTF8.self)
        == #"{"id":"default/1","roles":[{"basis_points":9500,"method":"lineage/1","role":"lineage"},"#
        + #"{"basis_points":500,"method":"operator/1","role":"operator"}]}"#)
  }

  @Test func aPolicyOfAllMethodsReadsBackFromItsCanonicalJSON() throws {
    let policy = try mixed()
    #expect(try AttributionPolicy(json: JCS.parse(try JCS.encode(policy.json))) == policy)
  }

  @Test func rolesMustAddUpAndEachMustHaveAPart() {
    #expect(throws: CreditError.basisPointsSum(of: "policy 'p'", 0)) { try AttributionPolicy(id: "p", roles: []) }
    #expect(throws: CreditError.basisPointsSum(of: "policy 'p'", 9_999)) { try policy([("a", 9_999, .lineage)]) }
    #expect(throws: CreditError.basisPointsSum(of: "policy 'p'", 10_001)) {
      try policy([("a", 9_999, .lineage), ("b", 2, .operator)])
    }
    for value in [0, -1, 10_001, Int.max] {
      #expect(throws: CreditError.basisPointsOutOfRange(of: "policy 'p'", value)) {
        try policy([("a", value, .lineage), ("b", 10_000, .operator)])
      }
    }
  }

  @Test func rolesAreFewDistinctAndNamed() {
    #expect(throws: CreditError.duplicate(what: "role", "a")) {
      try policy([("a", 5_000, .lineage), ("a", 5_000, .operator)])
    }
    #expect(throws: CreditError.invalidID(what: "role", "a b")) { try policy([("a b", 10_000, .lineage)]) }
    #expect(throws: CreditError.invalidID(what: "policy", "")) { try AttributionPolicy(id: "", roles: []) }
    #expect(throws: CreditError.tooMany(what: "roles", count: 17, limit: 16)) {
      try policy((0..<17).map { ("r\($0)", 1, .lineage) })
    }
  }

  @Test func theListsOfControlsAreChecked() {
    let what = "contributors of role 'a'"
    let many = (0...4_096).map { "c\($0)" }
    for method in [AttributionMethod.equal([]), .fixed([])] {
      #expect(throws: CreditError.empty(what: what)) { try policy([("a", 10_000, method)]) }
    }
    for method in [AttributionMethod.equal(many), .fixed(many.map { FixedPart(contributor: $0, basisPoints: 1) })] {
      #expect(throws: CreditError.tooMany(what: what, count: 4_097, limit: 4_096)) {
        try policy([("a", 10_000, method)])
      }
    }
    for method in [AttributionMethod.equal(["x", "x"]), .fixed(parts([("x", 5_000), ("x", 5_000)]))] {
      #expect(throws: CreditError.duplicate(what: "contributor", "x")) { try policy([("a", 10_000, method)]) }
    }
    for method in [AttributionMethod.equal([""]), .fixed(parts([("", 10_000)]))] {
      #expect(throws: CreditError.invalidID(what: "contributor", "")) { try policy([("a", 10_000, method)]) }
    }
    #expect(throws: CreditError.basisPointsSum(of: "role 'a'", 9_999)) {
      try policy([("a", 10_000, .fixed(parts([("x", 9_999)])))])
    }
    #expect(throws: CreditError.basisPointsOutOfRange(of: "role 'a'", 0)) {
      try policy([("a", 10_000, .fixed(parts([("x", 10_000), ("y", 0)])))])
    }
  }
}

func mixed() throws -> AttributionPolicy {
  try AttributionPolicy(
    id: "mixed/1",
    roles: [
      PolicyRole(role: "lineage", basisPoints: 5_001, method: .lineage),
      PolicyRole(role: "fund", basisPoints: 2_999, method: .fixed(parts([("lab", 3_333), ("fund", 6_667)]))),
      PolicyRole(role: "circle", basisPoints: 1_999, method: .equal(["lab", "x", "y"])),
      PolicyRole(role: "operator", basisPoints: 1, method: .operator),
    ])
}

private func parts(_ list: [(String, Int)]) -> [FixedPart] {
  list.map { FixedPart(contributor: $0.0, basisPoints: $0.1) }
}

private func policy(_ roles: [(String, Int, AttributionMethod)]) throws -> AttributionPolicy {
  try AttributionPolicy(id: "p", roles: roles.map { PolicyRole(role: $0.0, basisPoints: $0.1, method: $0.2) })
}
