/// What contributors would have earned of the same requests under several policies.
public struct Simulation: Sendable {
  /// Policies side by side.
  public static let policyCountMax = 8

  /// What a policy is applied to, as a receipt's statements have it.
  public struct Request: Sendable {
    public var id: String
    public var lineage: Lineage?
    public var operatorID: String
    public var usage: Metered.Count?
    public var priceNano: UInt64
    /// Weights by the name of a method that cannot be computed from statements alone.
    public var scores: [String: [Weighted]]

    public init(
      id: String, lineage: Lineage?, operatorID: String, usage: Metered.Count?, priceNano: UInt64,
      scores: [String: [Weighted]] = [:]
    ) {
      self.id = id
      self.lineage = lineage
      self.operatorID = operatorID
      self.usage = usage
      self.priceNano = priceNano
      self.scores = scores
    }
  }

  public let policies: [AttributionPolicy]
  /// Nano-units of each contributor, by policy.
  public private(set) var earned: [[String: Int128]]
  public private(set) var requestCount = 0
  public private(set) var priceNano: Int128 = 0

  public init(_ policies: [AttributionPolicy]) throws(CreditError) {
    guard !policies.isEmpty else { throw .empty(what: "policies") }
    guard policies.count <= Self.policyCountMax else {
      throw .tooMany(what: "policies side by side", count: policies.count, limit: Self.policyCountMax)
    }
    try CreditID.refuseDuplicates(policies.map(\.id), "policy")
    self.policies = policies
    earned = Array(repeating: [:], count: policies.count)
  }

  /// Applies every policy to one more request, or none where one cannot be.
  public mutating func add(_ request: Request) throws(CreditError) {
    var shares: [[Share]] = []
    for policy in policies {
      shares.append(
        try computeShares(
          policy: policy, lineage: request.lineage, operator: request.operatorID, price: request.priceNano,
          usage: request.usage, scores: request.scores))
    }
    for (at, list) in shares.enumerated() {
      for share in list { earned[at][share.contributor, default: 0] += Int128(share.amountNano) }
    }
    requestCount += 1
    priceNano += Int128(request.priceNano)
  }

  /// All contributors: who earns most under the first policy first, then under the second and so on, then by id.
  public var contributors: [String] {
    let all = Set(earned.flatMap(\.keys))
    return all.sorted { a, b in
      for amounts in earned where amounts[a, default: 0] != amounts[b, default: 0] {
        return amounts[a, default: 0] > amounts[b, default: 0]
      }
      return CreditID.precedes(a, b)
    }
  }

  /// Hundredths of a percent of all that was paid, rounded down.
  public func basisPoints(_ contributor: String, under policy: Int) -> Int {
    guard priceNano > 0 else { return 0 }
    return Int(earned[policy][contributor, default: 0] * Int128(BasisPoints.whole) / priceNano)
  }
}
