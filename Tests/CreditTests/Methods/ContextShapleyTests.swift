import Credit
import Cryptography
import TestKit
import Testing

@Suite struct ContextShapleyTests {
  private func table(_ count: Int, _ seed: UInt64) -> [Int64] {
    var random = SplitMix64(state: seed)
    return (0..<1 << count).map { _ in Int64.random(in: -4_000_000...0, using: &random) }
  }

  /// Over all orders of arrival, which is how the value is defined.
  private func byPermutations(_ values: [Int64], _ count: Int) -> [Int128] {
    var sums = Array(repeating: Int128(0), count: count)
    func arrive(_ left: [Int], _ coalition: Int) {
      for (at, document) in left.enumerated() {
        var rest = left
        rest.remove(at: at)
        let marginal = Int128(values[coalition | 1 << document] - values[coalition])
        sums[document] += marginal * factorial(rest.count)
        arrive(rest, coalition | 1 << document)
      }
    }
    // Below one arrival stand (n-1)! orders for each way to have come there: each is met once on the way.
    arrive(Array(0..<count), 0)
    return sums
  }

  @Test(arguments: 1...6) func theWeightsAreTheSumsOfMarginalsOverAllOrders(count: Int) throws {
    for seed in 0..<20 as Range<UInt64> {
      var values = table(count, seed)
      values[0] = -5_000_000
      #expect(try ContextShapley.weights(values) == byPermutations(values, count))
    }
  }

  @Test(arguments: [1, 7, 12]) func theyAddUpToTheWholeTimesTheFactorial(count: Int) throws {
    var values = table(count, 3)
    values[0] = ContextShapley.tokenMin * ContextShapley.tokenCountMax
    values[values.count - 1] = 0
    let sum = try ContextShapley.weights(values).reduce(0, +)
    #expect(sum == -Int128(values[0]) * factorial(count))
  }

  @Test func whatChangesNothingGetsNothingAndTwinsGetTheSame() throws {
    // Document 2 changes nothing; 0 and 1 are alike.
    let values = (0..<8).map { Int64([-900, -400, -100][($0 & 3).nonzeroBitCount]) }
    let weights = try ContextShapley.weights(values)
    #expect(weights[2] == 0)
    #expect(weights[0] == weights[1])
  }

  @Test func aNegativeWholePaysNobody() throws { #expect(try ContextShapley.weights([-1, -2]).isEmpty) }

  @Test(arguments: [[], [0], [0, 0, 0], [0, 1], [Int64.min, 0]] as [[Int64]])
  func otherTablesAreRefused(values: [Int64]) {
    #expect(throws: CreditError.self) { try ContextShapley.weights(values) }
  }

  @Test func tooManyDocumentsAreRefused() {
    #expect(throws: CreditError.self) { try ContextShapley.weights(Array(repeating: 0, count: 1 << 13)) }
    let seed = SHA256.hash([])
    for count in [12, 257] {
      #expect(throws: CreditError.self) { try SampledContextShapley(documents: count, permutations: 1, seed: seed) }
    }
    for permutations in [0, 65_537] {
      #expect(throws: CreditError.self) {
        try SampledContextShapley(documents: 13, permutations: permutations, seed: seed)
      }
    }
  }

  @Test func samplesOfAGameWithoutInteractionAreExact() throws {
    let sample = try SampledContextShapley(documents: 20, permutations: 50, seed: SHA256.hash([7]))
    for permutation in sample.permutations { #expect(permutation.sorted() == Array(0..<20)) }
    let weights = try sample.weights { $0.reduce(-10_000) { $0 + Int64($1) } }
    #expect(weights == (0..<20).map { 50 * Int128($0) })
  }

  @Test func samplesAreWithinTheirStatedError() throws {
    // v rises by 1,000 with the first document of a pair: each of the two is worth 500.
    let sample = try SampledContextShapley(documents: 14, permutations: 400, seed: SHA256.hash([8]))
    let weights = try sample.weights { given in -8_000 + 1_000 * Int64(Set(given.map { $0 / 2 }).count) }
    for weight in weights { #expect(abs(weight / 400 - 500) < 200) }
    #expect(try sample.error(answerTokens: 1) == 1_583_316)
    #expect(try sample.error(answerTokens: 0) == 0)
    for tokens in [-1, ContextShapley.tokenCountMax + 1] {
      #expect(throws: CreditError.self) { try sample.error(answerTokens: tokens) }
    }
    #expect(try sample.weights { $0.isEmpty ? 0 : -1 }.isEmpty)
    #expect(throws: CreditError.self) { try sample.weights { _ in 1 } }
  }
}
