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
  public static let escrowDaysMax = 3_650

  public let id: String
  public let roles: [PolicyRole]
  /// Days for which a settled amount can be disputed before it is paid; 0 for none.
  public let escrowDays: Int
  /// What a contributor must have for a payout to pay it, in nano-units; 0 where any amount is paid.
  public let minimumPayoutNano: UInt64
  /// The first day whose receipts it may share; nil for one that says nothing of it.
  public let effectiveFrom: UnixDay?

  public init(
    id: String, roles: [PolicyRole], escrowDays: Int = 0, minimumPayoutNano: UInt64 = 0, effectiveFrom: UnixDay? = nil
  ) throws(CreditError) {
    try CreditID.check(id, "policy")
    guard roles.count <= Self.roleCountMax else {
      throw .tooMany(what: "roles", count: roles.count, limit: Self.roleCountMax)
    }
    for role in roles { try CreditID.check(role.role, "role") }
    try CreditID.refuseDuplicates(roles.map(\.role), "role")
    try BasisPoints.check(roles.map(\.basisPoints), of: "policy '\(id)'", min: 1)
    for role in roles { try role.method.check(role: role.role) }
    try Self.requireOneForm(roles, of: id)
    guard (0...Self.escrowDaysMax).contains(escrowDays) else {
      throw .outOfRange(
        what: "escrow_days of policy '\(id)'", value: String(escrowDays),
        range: "from 1 to \(Self.escrowDaysMax), or absent")
    }
    try LedgerRules.check(priceNano: minimumPayoutNano)
    self.init(
      valid: id, roles, escrowDays: escrowDays, minimumPayoutNano: minimumPayoutNano, effectiveFrom: effectiveFrom)
  }

  private init(
    valid id: String, _ roles: [PolicyRole], escrowDays: Int = 0, minimumPayoutNano: UInt64 = 0,
    effectiveFrom: UnixDay? = nil
  ) {
    self.id = id
    self.roles = roles
    self.escrowDays = escrowDays
    self.minimumPayoutNano = minimumPayoutNano
    self.effectiveFrom = effectiveFrom
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
  /// `{"id", "roles": [{"role", "basis_points", "method"}], "escrow_days"?, "minimum_payout_nano"?,
  /// "effective_from"?}`, and in each role the members of its method (FORMAT section 2). The order is kept. What is 0 is not
  /// there, so that a document has one spelling.
  public var json: JSON {
    var members = [JSONMember("id", .string(id)), JSONMember("roles", .array(roles.map(\.json)))]
    if escrowDays > 0 { members.append(JSONMember("escrow_days", .integer(escrowDays))) }
    if minimumPayoutNano > 0 { members.append(JSONMember("minimum_payout_nano", .decimal(minimumPayoutNano))) }
    if let effectiveFrom { members.append(JSONMember("effective_from", .string(effectiveFrom.text))) }
    return .object(members)
  }

  /// `H(JCS(json))`: what the subject of its statement is, and how documents are told apart.
  public func digest() throws(CreditError) -> Digest32 {
    do { return SHA256.hash(try JCS.encode(json)) } catch { throw .json(path: "policy", wanted: "canonical JSON") }
  }

  /// The first method that no service computes for answers yet; nil when all are served.
  public var methodNotServed: String? { roles.first { $0.method.needsScores }?.method.name }

  /// When documents in a prompt are near copies of registered texts, by the first role that says so; nil: never.
  public var near: NearTexts? {
    for role in roles {
      if case .contextShapleyBy(let parameters) = role.method, let near = parameters.near { return near }
    }
    return nil
  }

  /// Who says how answers turned out, by the first role that names one; nil where none does.
  public var judge: String? {
    for role in roles { if case .feedback(.some(let judge)) = role.method { return judge } }
    return nil
  }

  /// How many permutations of more documents than can be enumerated are drawn, by the first role that says so.
  public var permutations: Int {
    for role in roles {
      if case .contextShapleyBy(let parameters) = role.method, let count = parameters.permutations { return count }
    }
    return ContextParameters.permutationsDefault
  }

  /// Whether it credits the documents in a prompt.
  public var creditsDocuments: Bool {
    roles.contains { role in
      switch role.method {
      case .contextShapley, .contextShapleyBy: true
      default: false
      }
    }
  }

  public init(json: JSON) throws(CreditError) {
    let fields = try Fields(json, "policy", ["id", "roles", "escrow_days", "minimum_payout_nano", "effective_from"])
    var roles: [PolicyRole] = []
    for (at, item) in try fields.array("roles", limit: Self.roleCountMax).enumerated() {
      roles.append(try PolicyRole(json: item, path: "policy.roles[\(at)]"))
    }
    let days = json["escrow_days"] == nil ? 0 : try fields.integer("escrow_days")
    guard json["escrow_days"] == nil || (1...Self.escrowDaysMax).contains(days) else {
      throw .json(path: fields.at("escrow_days"), wanted: "an integer from 1 to \(Self.escrowDaysMax), or absent")
    }
    let minimum = json["minimum_payout_nano"] == nil ? 0 : try fields.decimal("minimum_payout_nano")
    guard json["minimum_payout_nano"] == nil || (1...LedgerRules.priceNanoMax).contains(minimum) else {
      throw .json(path: fields.at("minimum_payout_nano"), wanted: "a decimal string from 1 to 2^62, or absent")
    }
    let from = json["effective_from"] == nil ? nil : UnixDay(try fields.text("effective_from"))
    guard json["effective_from"] == nil || from != nil else {
      throw .json(path: fields.at("effective_from"), wanted: "a day as YYYY-MM-DD, or absent")
    }
    try self.init(
      id: try fields.id("id", "policy"), roles: roles, escrowDays: days, minimumPayoutNano: minimum, effectiveFrom: from
    )
  }
}
