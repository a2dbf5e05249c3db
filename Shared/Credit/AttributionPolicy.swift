public import Codec
public import Cryptography

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
  /// `{"id", "roles": [{"role", "basis_points", "method"}]}`, and in each role the members of its method (FORMAT section 2).
  /// The order is kept.
  public var json: JSON {
    .object([JSONMember("id", .string(id)), JSONMember("roles", .array(roles.map(\.json)))])
  }

  /// `H(JCS(json))`: what the subject of its statement is, and how documents are told apart.
  public func digest() throws(CreditError) -> Digest32 {
    do { return SHA256.hash(try JCS.encode(json)) } catch { throw .json(path: "policy", wanted: "canonical JSON") }
  }

  /// The first method that no service computes for answers yet; nil when all are served.
  public var methodNotServed: String? { roles.first { $0.method.needsScores }?.method.name }

  public init(json: JSON) throws(CreditError) {
    let fields = try Fields(json, "policy", ["id", "roles"])
    var roles: [PolicyRole] = []
    for (at, item) in try fields.array("roles", limit: Self.roleCountMax).enumerated() {
      roles.append(try PolicyRole(json: item, path: "policy.roles[\(at)]"))
    }
    try self.init(id: try fields.id("id", "policy"), roles: roles)
  }
}
