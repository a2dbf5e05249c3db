import CKernels
import Testing

@testable import Exact
@testable import ExactReference

/// Penalties, biases and the mask of a grammar, before anything is ranked.
@Suite struct LogitAdjustmentTests {
  static let history = {
    var history = TokenHistory(prompt: [1, 5, 5, 9])
    for token: UInt32 in [2, 9, 2, 2] { history.append(token) }
    return history
  }()

  /// EXACT1.md section 6, steps 2 to 4, written without any shortcut.
  static func definition(_ logits: [Float], _ p: SamplingParameters, allowed: Set<UInt32>?) -> [Float] {
    let prompt: [UInt32] = [1, 5, 5, 9]
    let answer: [UInt32] = [2, 9, 2, 2]
    return logits.enumerated().map { index, logit in
      let token = UInt32(index)
      var x = logit
      if (prompt + answer).contains(token) { x = x > 0 ? x / p.repetitionPenalty : x * p.repetitionPenalty }
      let count = answer.filter { $0 == token }.count
      if count > 0 {
        let product = Float(count) * p.frequencyPenalty
        x = x - product
        x = x - p.presencePenalty
      }
      for bias in p.logitBias where bias.token == token { x = x + bias.bias }
      return allowed.map { $0.contains(token) } ?? true ? x : -.infinity
    }
  }

  static func mask(_ tokens: Set<UInt32>, count: Int) -> [UInt64] {
    var words = [UInt64](repeating: 0, count: (count + 63) / 64)
    for token in tokens { words[Int(token) / 64] |= 1 << UInt64(token % 64) }
    return words
  }

  private func pick(
    _ logits: [Float], _ parameters: SamplingParameters, allowed: Set<UInt32>? = nil, position: UInt32 = 3
  ) throws -> UInt32 {
    try logits.withUnsafeBufferPointer {
      try Sampler(parameters).pick(
        $0, history: Self.history, allowed: allowed.map { Self.mask($0, count: logits.count) }, position: position,
        choice: 2)
    }
  }

  @Test("penalties and biases are single roundings in the order of the definition")
  func adjusted() throws {
    let logits = SamplerReference.logits(200)
    let biases = [TokenBias(token: 0, bias: 1.1), TokenBias(token: 9, bias: -100), TokenBias(token: 199, bias: 0.3)]
    for repetition: Float in [1, 0.7, 1.3] {
      for presence: Float in [0, -1.1, 0.3] {
        for frequency: Float in [0, 0.7, -2] {
          let parameters = SamplingParameters(
            temperature: 1, seed: 1, repetitionPenalty: repetition, presencePenalty: presence,
            frequencyPenalty: frequency, logitBias: biases)
          var values = logits
          try values.withUnsafeMutableBufferPointer { try parameters.adjust($0, Self.history) }
          #expect(bits(values) == bits(Self.definition(logits, parameters, allowed: nil)))
        }
      }
    }
  }

  @Test("what is picked is what the definition picks of the adjusted and allowed logits", arguments: [0, 1, 7, 40])
  func picks(topK: Int) throws {
    let logits = SamplerReference.logits(1500, seed: 3)
    for (mask, step) in [(true, 3), (true, 700), (false, 1)] {
      let allowed = mask ? Set(stride(from: UInt32(1), to: 1500, by: step)) : nil
      for temperature: Float in [0, 0.3, 1] {
        for position: UInt32 in 0..<4 {
          let parameters = SamplingParameters(
            temperature: temperature, topK: topK, topP: 0.97, minP: 0.01, seed: 99, repetitionPenalty: 1.2,
            presencePenalty: 0.5, frequencyPenalty: 0.25, logitBias: [TokenBias(token: 1, bias: 3)])
          let adjusted = Self.definition(logits, parameters, allowed: allowed)
          // Removed tokens are not there at all: the definition ranks the others.
          let kept = adjusted.indices.filter { adjusted[$0] != -.infinity }
          let expected: Int
          if temperature == 0 {
            expected = kept.max { adjusted[$0] != adjusted[$1] ? adjusted[$0] < adjusted[$1] : $0 > $1 } ?? -1
          } else {
            let place = SamplerReference.pick(kept.map { adjusted[$0] }, parameters, position: position, choice: 2)
            expected = kept[Int(place)]
          }
          #expect(try pick(logits, parameters, allowed: allowed, position: position) == UInt32(expected))
        }
      }
    }
  }

  @Test("a bias of 100 forces a token and one of -100 bans it")
  func biases() throws {
    let logits = SamplerReference.logits(300)
    let best = try logits.withUnsafeBufferPointer { try Sampler.greedy($0) }
    let ban = SamplingParameters(temperature: 0, seed: 0, logitBias: [TokenBias(token: best, bias: -100)])
    #expect(try pick(logits, ban) != best)
    let force = SamplingParameters(temperature: 1, seed: 5, logitBias: [TokenBias(token: 17, bias: 100)])
    #expect(try pick(logits, force) == 17)
  }

  @Test("a fixed request with everything gives the golden tokens")
  func golden() throws {
    let logits = SamplerReference.logits(49152)
    let parameters = SamplingParameters(
      temperature: 0.9, topK: 50, topP: 0.95, minP: 0.02, seed: 20_250_101, repetitionPenalty: 1.1,
      presencePenalty: 0.4, frequencyPenalty: 0.3,
      logitBias: [TokenBias(token: 612, bias: 2), TokenBias(token: 34469, bias: -5)])
    let allowed = Set(stride(from: UInt32(0), to: 49152, by: 2))
    let open = try (0..<6).map { try pick(logits, parameters, position: $0) }
    let masked = try (0..<6).map { try pick(logits, parameters, allowed: allowed, position: $0) }
    // From a program in C that has nothing of this in it but exact_math.h.
    #expect(open == [612, 47467, 41020, 612, 5701, 35136])
    #expect(masked == [612, 10672, 27008, 612, 32526, 16574])
  }

  @Test("what cannot be chosen from is refused: nothing allowed, biases of no token, and what overflows")
  func refusals() throws {
    #expect(throws: SamplingError.nothingAllowed) { try pick([1, 2], .greedy, allowed: []) }
    let sampled = SamplingParameters(temperature: 1, seed: 0)
    #expect(throws: SamplingError.nothingAllowed) { try pick([1, 2], sampled, allowed: []) }
    let biased = SamplingParameters(temperature: 1, seed: 0, logitBias: [TokenBias(token: 2, bias: 1)])
    #expect(throws: SamplingError.biasOutsideVocabulary(token: 2, vocabulary: 2)) { try pick([1, 2], biased) }
    let harsh = SamplingParameters(temperature: 1, seed: 0, repetitionPenalty: 100)
    #expect(throws: SamplingError.nonFiniteLogit(token: 1)) { try pick([1, -3e38], harsh) }
    // A removed token hides nothing: what the model computed must be finite everywhere.
    #expect(throws: SamplingError.nonFiniteLogit(token: 1)) { try pick([1, .nan], .greedy, allowed: [0]) }
    let cold = SamplingParameters(temperature: 0.001, seed: 0)
    #expect(throws: SamplingError.nonFiniteLogit(token: 0)) { try pick([-1e38, 0], cold, allowed: [0, 1]) }
  }
}
