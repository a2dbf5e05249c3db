/// `metered/1` (FORMAT section 7): who ran the machines earns by the tokens and the time that it counted and signed.
public struct Metered: Hashable, Sendable {
  /// Counts of one request.
  public static let countMax = 4_096

  public let perToken: UInt32
  public let perMillisecond: UInt32

  public init(perToken: UInt32, perMillisecond: UInt32) throws(CreditError) {
    guard perToken > 0 || perMillisecond > 0 else {
      throw .outOfRange(what: "both rates of metered/1", value: "0", range: "not 0 together")
    }
    self.perToken = perToken
    self.perMillisecond = perMillisecond
  }

  /// What one machine's owner signed; that it did is the caller's to check.
  public struct Count: Hashable, Sendable {
    public var contributor: String
    public var tokens: UInt64
    public var milliseconds: UInt64

    public init(contributor: String, tokens: UInt64, milliseconds: UInt64) {
      self.contributor = contributor
      self.tokens = tokens
      self.milliseconds = milliseconds
    }
  }

  /// One weight for each count: below 2^97.
  public func weights(_ counts: [Count]) throws(CreditError) -> [Weighted] {
    guard counts.count <= Self.countMax else {
      throw .tooMany(what: "counts", count: counts.count, limit: Self.countMax)
    }
    for count in counts { try CreditID.check(count.contributor, "contributor") }
    return counts.map { count in
      Weighted(
        contributor: count.contributor,
        weight: Int128(count.tokens) * Int128(perToken) + Int128(count.milliseconds) * Int128(perMillisecond))
    }
  }
}
