import Credit
import TestKit
import Testing

@Suite struct ComputeSharesTests {
  @Test func theStandardPolicyPaysTheLineageAndTheOperator() throws {
    // 95,000 by 3000:2000:0.2:2666.3:2333.5 of 10,000, and 5,000.
    let shares = try computeShares(policy: .standard, lineage: diamond(), operator: "op", price: 100_000)
    #expect(
      shares == [
        share("lab", 19_000), share("library", 22_168), share("op", 5_000), share("tuner", 28_500),
        share("unattributed", 25_330), share("writers", 2),
      ])
  }

  @Test func anOperatorWhoContributesIsPaidOnce() throws {
    let lineage = try Lineage(root: "m", nodes: [asset("m", .model, by: "both")])
    #expect(
      try computeShares(policy: .standard, lineage: lineage, operator: "both", price: 12_345) == [share("both", 12_345)]
    )
  }

  @Test func withoutALineageItsPartIsUnattributed() throws {
    #expect(
      try computeShares(policy: .standard, lineage: nil, operator: "op", price: 100)
        == [share("op", 5), share("unattributed", 95)])
  }

  @Test func aFreeRequestHasNoShares() throws {
    #expect(try computeShares(policy: .standard, lineage: diamond(), operator: "op", price: 0) == [])
  }

  @Test func sharesAlwaysAddUpToThePrice() throws {
    var random = SplitMix64(state: 7)
    let (lineage, policies) = (try diamond(), [AttributionPolicy.standard, try mixed()])
    for price in (0..<200).map({ _ in UInt64(random.number(bits: 62)) }) + Array(0...200) + [1 << 62] {
      for policy in policies {
        let shares = try computeShares(policy: policy, lineage: lineage, operator: "op", price: price)
        #expect(shares.reduce(0) { $0 + $1.amountNano } == price)
        #expect(shares.map(\.contributor) == Set(shares.map(\.contributor)).sorted())
      }
    }
  }

  @Test func aPriceOverTheLimitIsRefused() {
    #expect(throws: CreditError.priceTooLarge(nano: (1 << 62) + 1, limit: 1 << 62)) {
      try computeShares(policy: .standard, lineage: nil, operator: "op", price: (1 << 62) + 1)
    }
  }

  @Test func anOperatorThatIsNoIdIsRefused() {
    #expect(throws: CreditError.invalidID(what: "operator", "")) {
      try computeShares(policy: .standard, lineage: nil, operator: "", price: 1)
    }
  }
}
