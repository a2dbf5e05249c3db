public import Codec

/// A part of every price and the method by which it is split.
public struct PolicyRole: Hashable, Sendable {
  public var role: String
  /// From 1 to 10,000.
  public var basisPoints: Int
  public var method: AttributionMethod

  public init(role: String, basisPoints: Int, method: AttributionMethod) {
    self.role = role
    self.basisPoints = basisPoints
    self.method = method
  }
}

/// The document that splits every price across roles. Its digest, over the JCS form of `json`, names it in statements.
///
/// A value of this type is valid: every check is made when it is made.
public struct AttributionPolicy: Hashable, Sendable {
  /// Roles in one policy.
  public static let roleCountMax = 16

  public let id: String
  public let roles: [PolicyRole]

  public init(id: String, roles: [PolicyRole]) throws(CreditError) {
    try CreditID.check(id, "policy")
    guard roles.count <= Self.roleCountMax else {
      throw .tooMany(what: "roles", count: roles.count, limit: Self.roleCountMax)
    }
    for role in roles { try CreditID.check(role.role, "role") }
    try CreditID.refuseDuplicates(roles.map(\.role), "role")
    try BasisPoints.check(roles.map(\.basisPoints), of: "policy '\(id)'", min: 1)
    for role in roles { try role.method.check(role: role.role) }
    self.init(valid: id, roles)
  }

  private init(valid id: String, _ roles: [PolicyRole]) {
    self.id = id
    self.roles = roles
  }

  /// `default/1`: 95% to the contributors of the model's lineage, 5% to the operator of the machines.
  public static let standard = AttributionPolicy(
    valid: "default/1",
    [
      PolicyRole(role: "lineage", basisPoints: 9_500, method: .lineage),
      PolicyRole(role: "operator", basisPoints: 500, method: .operator),
    ])
}

extension AttributionPolicy {
  /// `{"id", "roles": [{"role", "basis_points", "method"}]}`. A role of method `equal/1` also has `contributors`, a list
  /// of ids; one of `fixed/1` has `parts`, a list of `{"contributor", "basis_points"}`. The order is kept.
  public var json: JSON {
    .object([JSONMember("id", .string(id)), JSONMember("roles", .array(roles.map(\.json)))])
  }

  public init(json: JSON) throws(CreditError) {
    let fields = try Fields(json, "policy", ["id", "roles"])
    var roles: [PolicyRole] = []
    for (at, item) in try fields.array("roles", limit: Self.roleCountMax).enumerated() {
      roles.append(try PolicyRole(json: item, path: "policy.roles[\(at)]"))
    }
    try self.init(id: try fields.id("id", "policy"), roles: roles)
  }
}

extension PolicyRole {
  var json: JSON {
    var members = [
      JSONMember("role", .string(role)), JSONMember("basis_points", .integer(basisPoints)),
      JSONMember("method", .string(method.name)),
    ]
    switch method {
    case .lineage, .operator: break
    case .equal(let contributors): members.append(JSONMember("contributors", .array(contributors.map(JSON.string))))
    case .fixed(let parts): members.append(JSONMember("parts", .array(parts.map(\.json))))
    }
    return .object(members)
  }

  init(json: JSON, path: String) throws(CreditError) {
    let common: Set = ["role", "basis_points", "method"]
    let fields: Fields
    let method: AttributionMethod
    switch json["method"]?.stringValue {
    case AttributionMethod.lineage.name: (fields, method) = (try Fields(json, path, common), .lineage)
    case AttributionMethod.operator.name: (fields, method) = (try Fields(json, path, common), .operator)
    case AttributionMethod.equal([]).name:
      fields = try Fields(json, path, common.union(["contributors"]))
      method = .equal(try Self.contributors(fields))
    case AttributionMethod.fixed([]).name:
      fields = try Fields(json, path, common.union(["parts"]))
      method = .fixed(try Self.parts(fields))
    default: throw .json(path: "\(path).method", wanted: "one of lineage/1, equal/1, fixed/1, operator/1")
    }
    self.init(
      role: try fields.id("role", "role"), basisPoints: try fields.integer("basis_points"), method: method)
  }

  private static func contributors(_ fields: Fields) throws(CreditError) -> [String] {
    var ids: [String] = []
    for item in try fields.array("contributors", limit: AttributionMethod.contributorCountMax) {
      guard let id = item.stringValue else {
        throw .json(path: "\(fields.at("contributors"))[\(ids.count)]", wanted: "a string")
      }
      ids.append(id)
    }
    return ids
  }

  private static func parts(_ fields: Fields) throws(CreditError) -> [FixedPart] {
    var parts: [FixedPart] = []
    for item in try fields.array("parts", limit: AttributionMethod.contributorCountMax) {
      let part = try Fields(item, "\(fields.at("parts"))[\(parts.count)]", ["contributor", "basis_points"])
      parts.append(
        FixedPart(
          contributor: try part.id("contributor", "contributor"), basisPoints: try part.integer("basis_points")))
    }
    return parts
  }
}

extension FixedPart {
  var json: JSON {
    .object([JSONMember("contributor", .string(contributor)), JSONMember("basis_points", .integer(basisPoints))])
  }
}
