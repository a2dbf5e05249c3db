/// The one function from a request to its shares: the attribution service calls it before it signs, and any verifier calls
/// it to recompute what was signed.
///
/// To recompute it:
///
/// 1. Apportion `price` by the basis points of the roles, with the names of the roles as contributor ids.
/// 2. Apportion each role's part by the weights of its method (`AttributionMethod`).
/// 3. Add up what each contributor gets in all roles.
///
/// Rounding so never moves more than a nano-unit between two roles, whatever their contributors are.
///
/// - Parameters:
///   - lineage: from the model's manifest; nil where the model has none, and then `lineage/1` pays `unattributed`.
///   - operator: the issuer of the execution statement.
///   - price: nano-units, at most `LedgerRules.priceNanoMax`.
///   - usage: what the execution statement counts, for `metered/1`.
///   - scores: by the name of a method, the weights that no statement of the request has.
/// - Returns: shares above zero that add up to `price`, sorted by the bytes of the contributor id.
public func computeShares(
  policy: AttributionPolicy, lineage: Lineage?, operator issuer: String, price: UInt64, usage: Metered.Count? = nil,
  scores: [String: [Weighted]] = [:]
) throws(CreditError) -> [Share] {
  try LedgerRules.check(priceNano: price)
  try CreditID.check(issuer, "operator")
  var amounts: [String: UInt64] = [:]
  let parts = try Apportionment.apportion(
    price, weights: policy.roles.map { Weighted(contributor: $0.role, weight: Int128($0.basisPoints)) })
  for role in policy.roles {
    guard let part = parts.first(where: { $0.contributor == role.role }) else { continue }
    let weights = try role.method.weights(lineage: lineage, operator: issuer, usage: usage, scores: scores)
    // The sum of all amounts is the price, so that none overflows.
    for share in try Apportionment.apportion(part.amountNano, weights: weights) {
      amounts[share.contributor, default: 0] += share.amountNano
    }
  }
  return amounts.map { Share(contributor: $0.key, amountNano: $0.value) }
    .sorted { CreditID.precedes($0.contributor, $1.contributor) }
}
