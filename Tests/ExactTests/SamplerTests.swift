import CKernels
import Testing

@testable import Exact
@testable import ExactReference

@Suite struct SamplerTests {
  static func pick(
    _ logits: [Float], _ parameters: SamplingParameters, position: UInt32 = 0, choice: UInt32 = 0
  ) throws -> UInt32 {
    try logits.withUnsafeBufferPointer { try Sampler(parameters).pick($0, position: position, choice: choice) }
  }

  static func ranked(
    _ logits: [Float], temperature: Float, topK: Int
  ) throws -> (ids: [UInt32], values: [Float]) {
    try SamplerWorkspace.with(logits.count) { (workspace) throws(SamplingError) in
      try logits.withUnsafeBufferPointer { logits throws(SamplingError) in
        let ranked = try RankedLogits(logits, temperature: temperature, topK: topK, in: workspace)
        return ((0..<ranked.count).map(ranked.id), Array(ranked.values))
      }
    }
  }

  static func softmax(_ sorted: [Float], kernels: KernelChoice) -> [Float] {
    var values = sorted
    values.withUnsafeMutableBufferPointer { Sampler.softmax($0, kernels: kernels) }
    return values
  }

  static func index(_ parameters: SamplingParameters, in probabilities: [Float], at uniform: Float) throws -> Int {
    let sampler = try Sampler(parameters)
    return probabilities.withUnsafeBufferPointer { sampler.index(in: $0, at: uniform) }
  }

  @Test("greedy takes the largest logit and of equals the lowest id")
  func greedy() throws {
    #expect(try Self.pick([1, 3, 2, 3], .greedy) == 1)
    #expect(try Self.pick([-0.0, 0.0], .greedy) == 0)
    #expect(try Self.pick([-5], .greedy) == 0)
  }

  @Test("sampling equals its definition for every combination of filters", arguments: [0, 1, 2, 17, 40, 999, 5000])
  func definitionAgrees(topK: Int) throws {
    let logits = SamplerReference.logits(1000) + [3, 3, 3, -0.0, 0.0]
    for temperature: Float in [0.1, 0.7, 1, 2] {
      for topP: Float in [0, 0.1, 0.9, 0.999, 1] {
        for minP: Float in [0, 0.05, 1] {
          for position: UInt32 in 0..<3 {
            let parameters = SamplingParameters(
              temperature: temperature, topK: topK, topP: topP, minP: minP, seed: 0x1234_5678_9abc_def0)
            let expected = SamplerReference.pick(logits, parameters, position: position, choice: 1)
            #expect(try Self.pick(logits, parameters, position: position, choice: 1) == expected)
          }
        }
      }
    }
  }

  @Test("equal logits are ranked by id, with the two zeros equal, in both ways of sorting")
  func ties() throws {
    let logits: [Float] = [0, -0.0, 2, -1, 2, 0, -1, -0.0]
    for topK in [0, 7] {
      let ranked = try Self.ranked(logits, temperature: 1, topK: topK)
      #expect(ranked.ids == Array([2, 4, 0, 1, 5, 7, 3, 6].prefix(topK == 0 ? 8 : 7)))
    }
  }

  @Test("ranking the whole vocabulary and the first k agree")
  func partialSelection() throws {
    let logits = SamplerReference.logits(49152)
    let whole = try Self.ranked(logits, temperature: 0.8, topK: 0)
    for topK in [1, 40, 4096, 49151, 49152, 60000] {
      let first = try Self.ranked(logits, temperature: 0.8, topK: topK)
      #expect(first.ids == Array(whole.ids.prefix(topK)))
      #expect(first.values == Array(whole.values.prefix(topK)))
    }
  }

  @Test("every form of the kernels gives the same probabilities", arguments: [1, 7, 16, 40, 1000, 49152])
  func kernels(count: Int) {
    let sorted = SamplerReference.sorted(count)
    let scalar = Self.softmax(sorted, kernels: .scalar)
    for choice in KernelChoice.available {
      #expect(sameBits(Self.softmax(sorted, kernels: choice), scalar))
    }
  }

  @Test("top-p keeps the token that crosses, min-p keeps those at the floor, top-p 0 keeps one")
  func filters() throws {
    let topP = SamplingParameters(temperature: 1, topP: 0.6, seed: 0)
    #expect(try Self.index(topP, in: [0.5, 0.25, 0.125, 0.125], at: 0.99) == 1)
    let floor = SamplingParameters(temperature: 1, minP: 0.5, seed: 0)
    #expect(try Self.index(floor, in: [0.5, 0.25, 0.125, 0.125], at: 0.99) == 1)
    let first = SamplingParameters(temperature: 1, topP: 0, seed: 0)
    #expect(try Self.index(first, in: [0.25, 0.25, 0.25, 0.25], at: 0.99) == 0)
    let all = SamplingParameters(temperature: 1, seed: 0)
    #expect(try Self.index(all, in: [0.5, 0.5, 0, 0], at: 1 - 0x1p-24) == 1)
    #expect(try Self.index(all, in: [0.5, 0.5, 0, 0], at: 0) == 0)
    #expect(try Self.index(all, in: [0.5, 0.5, 0, 0], at: 0.5) == 1)
  }

  @Test("samples of a known distribution come at their rates")
  func rates() throws {
    let logits: [Float] = [0, 0.6931472, 1.3862944]  // 1 : 2 : 4
    let sampler = try Sampler(SamplingParameters(temperature: 1, seed: 7))
    var counts = [0, 0, 0]
    for position: UInt32 in 0..<7000 {
      let id = try logits.withUnsafeBufferPointer { try sampler.pick($0, position: position, choice: 0) }
      counts[Int(id)] += 1
    }
    #expect(abs(counts[0] - 1000) < 120 && abs(counts[1] - 2000) < 160 && abs(counts[2] - 4000) < 170)
  }

  @Test("a fixed request gives the golden tokens")
  func golden() throws {
    let logits = SamplerReference.logits(49152)
    let parameters = SamplingParameters(temperature: 0.8, topK: 40, topP: 0.95, minP: 0.05, seed: 20_250_101)
    let open = SamplingParameters(temperature: 1, seed: 20_250_101)
    let filtered = try (0..<8).map { try Self.pick(logits, parameters, position: $0) }
    let unfiltered = try (0..<8).map { try Self.pick(logits, open, position: $0, choice: 1) }
    #expect(filtered == [34469, 34247, 26978, 612, 35136, 5701, 34247, 37487])
    #expect(unfiltered == [31797, 13894, 17466, 12287, 439, 37194, 7228, 22244])
  }

  @Test(
    "parameters out of range are refused by name",
    arguments: [
      (SamplingParameters(temperature: -1, seed: 0), SamplingError.temperature(-1)),
      (SamplingParameters(temperature: 0.0001, seed: 0), .temperature(0.0001)),
      (SamplingParameters(temperature: 101, seed: 0), .temperature(101)),
      (SamplingParameters(temperature: .infinity, seed: 0), .temperature(.infinity)),
      (SamplingParameters(temperature: 1, topK: -1, seed: 0), .topK(-1)),
      (SamplingParameters(temperature: 1, topP: 1.5, seed: 0), .topP(1.5)),
      (SamplingParameters(temperature: 1, topP: -0.1, seed: 0), .topP(-0.1)),
      (SamplingParameters(temperature: 1, minP: 2, seed: 0), .minP(2)),
      (SamplingParameters(temperature: 1, seed: 0, repetitionPenalty: 0), .repetitionPenalty(0)),
      (SamplingParameters(temperature: 1, seed: 0, repetitionPenalty: 101), .repetitionPenalty(101)),
      (SamplingParameters(temperature: 1, seed: 0, presencePenalty: 2.5), .presencePenalty(2.5)),
      (SamplingParameters(temperature: 1, seed: 0, frequencyPenalty: -2.5), .frequencyPenalty(-2.5)),
      (
        SamplingParameters(temperature: 1, seed: 0, logitBias: [TokenBias(token: 1, bias: 101)]),
        .bias(TokenBias(token: 1, bias: 101))
      ),
      (
        SamplingParameters(
          temperature: 1, seed: 0, logitBias: [TokenBias(token: 1, bias: 1), TokenBias(token: 1, bias: 2)]),
        .biasOrder(token: 1)
      ),
      (
        SamplingParameters(
          temperature: 1, seed: 0, logitBias: (0...1024).map { TokenBias(token: $0, bias: 0) }), .tooManyBiases(1025)
      ),
    ])
  func badParameters(parameters: SamplingParameters, error: SamplingError) {
    #expect(throws: error) { try Sampler(parameters) }
  }

  @Test("a NaN is in no range")
  func nanParameters() {
    #expect(throws: SamplingError.self) { try Sampler(SamplingParameters(temperature: .nan, seed: 0)) }
    #expect(throws: SamplingError.self) { try Sampler(SamplingParameters(temperature: 1, topP: .nan, seed: 0)) }
    #expect(throws: SamplingError.self) { try Sampler(SamplingParameters(temperature: 1, minP: .nan, seed: 0)) }
  }

  @Test("logits that are not finite are refused with the token, and so are none")
  func badLogits() {
    for value in [Float.nan, .infinity, -.infinity] {
      for temperature: Float in [0, 1] {
        let parameters = SamplingParameters(temperature: temperature, seed: 0)
        #expect(throws: SamplingError.nonFiniteLogit(token: 1)) { try Self.pick([0, value], parameters) }
      }
    }
    let cold = SamplingParameters(temperature: 0.001, seed: 0)
    #expect(throws: SamplingError.nonFiniteLogit(token: 0)) { try Self.pick([1e38, 0], cold) }
    #expect(throws: SamplingError.noLogits) { try Self.pick([], .greedy) }
    #expect(throws: SamplingError.noLogits) { try Self.pick([], cold) }
  }
}
