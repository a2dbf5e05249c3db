/// `feedback/1` (FORMAT section 7): raters earn where what they sealed before an outcome agrees with it. Nobody rates
/// itself, and a second rating of one subject does not count, so that no quantity of ratings pays.
public enum Feedback {
  public static let method = "feedback/1"
  /// Ratings and outcomes of one request.
  public static let countMax = 65_536

  public struct Rating: Hashable, Sendable {
    public var rater: String
    /// The contributor that is rated.
    public var subject: String
    public var verdict: Verdict
    /// The log index of the seal.
    public var index: UInt64

    public init(rater: String, subject: String, verdict: Verdict, index: UInt64) {
      self.rater = rater
      self.subject = subject
      self.verdict = verdict
      self.index = index
    }
  }

  public struct Outcome: Hashable, Sendable {
    public var subject: String
    public var verdict: Verdict
    /// The log index of its statement.
    public var index: UInt64

    public init(subject: String, verdict: Verdict, index: UInt64) {
      self.subject = subject
      self.verdict = verdict
      self.index = index
    }
  }

  public enum Verdict: String, CaseIterable, Sendable {
    case good, bad
  }

  /// One weight of 1 for each rating that earns, sorted by rater and subject.
  public static func weights(_ ratings: [Rating], _ outcomes: [Outcome]) throws(CreditError) -> [Weighted] {
    for (what, count) in [("ratings", ratings.count), ("outcomes", outcomes.count)] where count > countMax {
      throw .tooMany(what: what, count: count, limit: countMax)
    }
    for rating in ratings {
      try CreditID.check(rating.rater, "rater")
      try CreditID.check(rating.subject, "subject")
    }
    for outcome in outcomes { try CreditID.check(outcome.subject, "subject") }
    let decided = earliest(outcomes, \.index) { $0.subject }
    let counted = earliest(ratings, \.index) { Pair(rater: $0.rater, subject: $0.subject) }
    return counted.values
      .filter { rating in
        guard rating.rater != rating.subject, let outcome = decided[rating.subject] else { return false }
        return rating.index < outcome.index && rating.verdict == outcome.verdict
      }
      .sorted { a, b in
        a.rater != b.rater ? CreditID.precedes(a.rater, b.rater) : CreditID.precedes(a.subject, b.subject)
      }
      .map { Weighted(contributor: $0.rater, weight: 1) }
  }

  private struct Pair: Hashable {
    var rater: String
    var subject: String
  }

  /// Of the items with one key the earliest alone; none where two that differ are the earliest.
  private static func earliest<Item: Hashable, Key: Hashable>(
    _ items: [Item], _ index: KeyPath<Item, UInt64>, _ key: (Item) -> Key
  ) -> [Key: Item] {
    var first: [Key: Item] = [:]
    var contradicted: Set<Key> = []
    for item in items.sorted(by: { $0[keyPath: index] < $1[keyPath: index] }) {
      guard let before = first[key(item)] else {
        first[key(item)] = item
        continue
      }
      if item[keyPath: index] == before[keyPath: index], item != before { contradicted.insert(key(item)) }
    }
    return first.filter { !contradicted.contains($0.key) }
  }
}
