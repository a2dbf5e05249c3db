/// What a statement says (FORMAT section 2). A trust policy lists, for each key, the kinds it is good for.
public enum StatementKind: String, CaseIterable, Sendable {
  case execution, custody, attribution, verdict, receipt, model, contribution, key, policy, tombstone, epoch
  case draw, reveal

  /// The in-toto predicate type: the one place where it is spelled.
  public var predicateType: String { "urn:colophon:\(rawValue):v1" }

  /// The kinds of which a key may sign one only: whoever signs two of them vouches for itself. Statements of an owner
  /// about its own affairs (`contribution`, `key`, `policy`, `tombstone`, `epoch`, `draw`, `reveal`) go with any.
  static let roles: Set<StatementKind> = services.union([.model])

  /// The kinds that the running services sign, with keys that are on machines which answer requests.
  static let services: Set<StatementKind> = [.execution, .custody, .attribution, .verdict, .receipt]

  public init?(predicateType: String) {
    guard let kind = Self.allCases.first(where: { $0.predicateType.hasSameBytes(as: predicateType) }) else {
      return nil
    }
    self = kind
  }
}
