import Credit
import Testing

@Suite struct MeteredTests {
  @Test func tokensAndTimeAreWeighedByTheRates() throws {
    let method = try Metered(perToken: 3, perMillisecond: 10)
    let weights = try method.weights([
      .init(contributor: "a", tokens: 100, milliseconds: 5), .init(contributor: "b", tokens: 0, milliseconds: 0),
    ])
    #expect(weights == [Weighted(contributor: "a", weight: 350), Weighted(contributor: "b", weight: 0)])
  }

  @Test func theLargestCountsDoNotOverflow() throws {
    let method = try Metered(perToken: .max, perMillisecond: .max)
    let weights = try method.weights([.init(contributor: "a", tokens: .max, milliseconds: .max)])
    #expect(weights[0].weight == 2 * Int128(UInt64.max) * Int128(UInt32.max))
  }

  @Test func ratesOfNothingBadIdsAndTooManyCountsAreRefused() throws {
    #expect(throws: CreditError.self) { try Metered(perToken: 0, perMillisecond: 0) }
    let method = try Metered(perToken: 1, perMillisecond: 0)
    #expect(throws: CreditError.self) { try method.weights([.init(contributor: "a b", tokens: 1, milliseconds: 1)]) }
    let count = Metered.Count(contributor: "a", tokens: 1, milliseconds: 1)
    #expect(throws: CreditError.self) { try method.weights(Array(repeating: count, count: Metered.countMax + 1)) }
  }
}
