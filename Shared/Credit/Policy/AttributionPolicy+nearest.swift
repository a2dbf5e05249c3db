extension AttributionPolicy {
  /// How the records nearest to an answer are credited, by the first role that says so; nil: never.
  public var nearest: NearestParameters? {
    for role in roles { if case .nearest(let parameters) = role.method { return parameters } }
    return nil
  }

  /// The scores of one answer are those of one form. Errors: roles of both.
  static func requireOneForm(_ roles: [PolicyRole], of id: String) throws(CreditError) {
    var names = Set<String>()
    for role in roles { if case .nearest(let parameters) = role.method { names.insert(parameters.method) } }
    guard names.count <= 1 else {
      throw .outOfRange(
        what: "the method of nearest records in policy '\(id)'", value: names.sorted().joined(separator: " and "),
        range: "one of the two")
    }
  }
}

extension NearestParameters {
  /// Both forms, by name.
  public static let methods = ["knn-shapley/1", "tknn-shapley/1"]

  public var method: String { if case .nearest = form { Self.methods[0] } else { Self.methods[1] } }

  /// What a contributor's sum makes of a score below zero.
  public var negatives: NegativeScores {
    switch form {
    case .nearest(let method): method.negatives
    case .within(let method): method.negatives
    }
  }

  /// What each class earns by one query, in the order in which the classes were given to the index, as `negatives` has it.
  public func scores(_ query: [Int8], _ ranking: NeighbourRanking) throws(CreditError) -> [Int64] {
    let worth = NeighbourWorth.relevance(shift: shift)
    let least = negatives.least
    switch form {
    case .nearest(let method): return try method.scores(query, worth, ranking).map { max(least, $0) }
    case .within(let method): return try method.scores(query, worth, ranking).map { max(least, $0) }
    }
  }
}
