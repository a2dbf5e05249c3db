internal import Codec

/// What a policy says of `context-shapley/1`. Where it says nothing, documents are only themselves, and of more than can be
/// enumerated ``permutationsDefault`` permutations are drawn.
public struct ContextParameters: Hashable, Sendable {
  public static let permutationsDefault = 8

  /// Each document is credited to its near class's owner; nil: near copies are not looked for.
  public let near: NearTexts?
  /// Of more documents than can be enumerated; nil: as many as without this member.
  public let permutations: Int?

  /// Errors: a count of permutations out of its range.
  public init(near: NearTexts? = nil, permutations: Int? = nil) throws(CreditError) {
    guard (1...SampledContextShapley.permutationCountMax).contains(permutations ?? 1) else {
      throw .outOfRange(
        what: "the count of permutations", value: "\(permutations ?? 0)",
        range: "1 to \(SampledContextShapley.permutationCountMax)")
    }
    self.near = near
    self.permutations = permutations
  }

  private init(valid near: NearTexts) {
    self.near = near
    permutations = nil
  }

  static func near(_ near: NearTexts) -> ContextParameters { ContextParameters(valid: near) }
}

extension AttributionMethod {
  /// `context-shapley/1`, each document credited to its near class's owner.
  public static func nearContextShapley(_ near: NearTexts) -> AttributionMethod { .contextShapleyBy(.near(near)) }
}

extension ContextParameters {
  /// The members that a role may have, by those that it has: of near copies all, or none.
  static func names(of role: JSON) -> Set<String> {
    let near: Set<String> = role["near_bp"] == nil ? [] : ["shingle", "words", "near_bp"]
    return role["permutations"] == nil ? near : near.union(["permutations"])
  }

  var members: [JSONMember] {
    (near?.members ?? []) + (permutations.map { [JSONMember("permutations", .integer($0))] } ?? [])
  }

  /// Nil where the role has none of its members.
  init?(_ fields: Fields) throws(CreditError) {
    let near = fields.has("near_bp") ? try NearTexts(fields) : nil
    let permutations = fields.has("permutations") ? try fields.integer("permutations") : nil
    guard near != nil || permutations != nil else { return nil }
    try self.init(near: near, permutations: permutations)
  }
}
