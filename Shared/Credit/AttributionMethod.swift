/// A versioned rule that says by which weights a role's part is split. Each name means one pure function for ever.
public enum AttributionMethod: Hashable, Sendable {
  /// `lineage/1`: by the weights of the model's lineage (`Lineage.nodeWeights`). Without a lineage: `unattributed`.
  case lineage
  /// `equal/1`: one weight of 1 for each contributor of a list that the policy fixes. A control.
  case equal([String])
  /// `fixed/1`: by basis points that the policy fixes, adding up to 10,000. A control.
  case fixed([FixedPart])
  /// `operator/1`: everything to the operator of the machines, who is the issuer of the execution statement.
  case `operator`
  /// `metered/1`: by signed counts of tokens and time; of a request by one executor, all to it.
  case metered(Metered)
  /// `knn-shapley/1` or `tknn-shapley/1`: by the nearest records of a snapshot.
  case nearest(NearestParameters)
  /// `span/1`: by the spans of the answer that a snapshot's texts have.
  case span(SpanParameters)
  /// `context-shapley/1`: by what each document of the prompt did for the answer.
  case contextShapley
  /// The same, with what its policy says of it.
  case contextShapleyBy(ContextParameters)
  /// `feedback/1`: to raters whom a later outcome agrees with, as `judge` says; until there is one, `unattributed`. Nil: nobody
  /// says, so that weights have to be brought.
  case feedback(judge: String?)

  /// Contributors in the list of one method.
  public static let contributorCountMax = 4_096

  public var name: String {
    switch self {
    case .lineage: "lineage/1"
    case .equal: "equal/1"
    case .fixed: "fixed/1"
    case .operator: "operator/1"
    case .metered: "metered/1"
    case .nearest(let parameters): parameters.method
    case .span: "span/1"
    case .contextShapley, .contextShapleyBy: "context-shapley/1"
    case .feedback: "feedback/1"
    }
  }

  /// Whether its weights come from what no service computes for answers yet.
  public var needsScores: Bool {
    switch self {
    case .lineage, .equal, .fixed, .operator, .metered, .nearest, .span, .contextShapley, .contextShapleyBy: false
    case .feedback(let judge): judge == nil
    }
  }

  /// The weights for one request.
  ///
  /// Errors: ``CreditError/noScores(method:)`` where neither `usage` nor `scores` has what the method needs.
  func weights(
    lineage: Lineage?, operator issuer: String, usage: Metered.Count?, scores: [String: [Weighted]]
  ) throws(CreditError) -> [Weighted] {
    switch self {
    case .metered(let rates):
      guard let usage else { throw .noScores(method: name) }
      return try rates.weights([usage])
    case .feedback(.some): return scores[name] ?? []
    case .nearest, .span, .contextShapley, .contextShapleyBy, .feedback:
      guard let weights = scores[name] else { throw .noScores(method: name) }
      return weights
    default: return weights(lineage: lineage, operator: issuer)
    }
  }

  private func weights(lineage: Lineage?, operator issuer: String) -> [Weighted] {
    switch self {
    case .lineage: lineage?.weights ?? []
    case .equal(let contributors): contributors.map { Weighted(contributor: $0, weight: 1) }
    case .fixed(let parts):
      parts.map { Weighted(contributor: $0.contributor, weight: Int128($0.basisPoints)) }
    case .operator: [Weighted(contributor: issuer, weight: 1)]
    case .metered, .nearest, .span, .contextShapley, .contextShapleyBy, .feedback: []
    }
  }

  func check(role: String) throws(CreditError) {
    switch self {
    case .feedback(let judge): if let judge { try CreditID.check(judge, "judge of role '\(role)'") }
    case .lineage, .operator, .metered, .nearest, .span, .contextShapley, .contextShapleyBy: break
    case .equal(let contributors): try Self.check(contributors, role: role)
    case .fixed(let parts):
      try Self.check(parts.map(\.contributor), role: role)
      try BasisPoints.check(parts.map(\.basisPoints), of: "role '\(role)'", min: 1)
    }
  }

  private static func check(_ contributors: [String], role: String) throws(CreditError) {
    let what = "contributors of role '\(role)'"
    guard !contributors.isEmpty else { throw .empty(what: what) }
    guard contributors.count <= contributorCountMax else {
      throw .tooMany(what: what, count: contributors.count, limit: contributorCountMax)
    }
    for contributor in contributors { try CreditID.check(contributor, "contributor") }
    try CreditID.refuseDuplicates(contributors, "contributor")
  }
}

/// One line of a `fixed/1` list.
public struct FixedPart: Hashable, Sendable {
  public var contributor: String
  public var basisPoints: Int

  public init(contributor: String, basisPoints: Int) {
    self.contributor = contributor
    self.basisPoints = basisPoints
  }
}
