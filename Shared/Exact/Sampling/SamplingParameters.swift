/// How a token is chosen from logits (EXACT1.md, "Sampling"). Every field takes part in the result.
public struct SamplingParameters: Sendable, Equatable {
  public static let biasesMax = 1024
  /// Of `presencePenalty` and `frequencyPenalty`.
  public static let penaltyRange: ClosedRange<Float> = -2...2
  public static let repetitionPenaltyRange: ClosedRange<Float> = 0.01...100
  public static let biasRange: ClosedRange<Float> = -100...100

  /// 0: the largest logit, nothing random. Otherwise 0.001 to 100.
  public var temperature: Float
  /// Keep the k most likely tokens; 0: all.
  public var topK: Int
  /// Keep the most likely tokens up to and including the one at which their sum reaches p; 1: all.
  public var topP: Float
  /// Drop tokens less likely than this fraction of the most likely one; 0: none.
  public var minP: Float
  public var seed: UInt64
  /// Divides the positive and multiplies the other logits of tokens that stand in prompt or answer; 1: off.
  public var repetitionPenalty: Float
  /// Taken from the logit of a token that stands in the answer; 0: off.
  public var presencePenalty: Float
  /// Taken from the logit of a token once for each time that it stands in the answer; 0: off.
  public var frequencyPenalty: Float
  /// Added to the logits of single tokens: ascending by token, each once.
  public var logitBias: [TokenBias]

  public static let greedy = SamplingParameters(temperature: 0, seed: 0)

  public init(
    temperature: Float, topK: Int = 0, topP: Float = 1, minP: Float = 0, seed: UInt64, repetitionPenalty: Float = 1,
    presencePenalty: Float = 0, frequencyPenalty: Float = 0, logitBias: [TokenBias] = []
  ) {
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
    self.minP = minP
    self.seed = seed
    self.repetitionPenalty = repetitionPenalty
    self.presencePenalty = presencePenalty
    self.frequencyPenalty = frequencyPenalty
    self.logitBias = logitBias
  }

  /// - Throws: the first field that is out of range. A NaN is in no range.
  public func validate() throws(SamplingError) {
    guard temperature == 0 || (0.001...100).contains(temperature) else { throw .temperature(temperature) }
    guard topK >= 0 else { throw .topK(topK) }
    guard (0...1).contains(topP) else { throw .topP(topP) }
    guard (0...1).contains(minP) else { throw .minP(minP) }
    guard Self.repetitionPenaltyRange.contains(repetitionPenalty) else { throw .repetitionPenalty(repetitionPenalty) }
    guard Self.penaltyRange.contains(presencePenalty) else { throw .presencePenalty(presencePenalty) }
    guard Self.penaltyRange.contains(frequencyPenalty) else { throw .frequencyPenalty(frequencyPenalty) }
    guard logitBias.count <= Self.biasesMax else { throw .tooManyBiases(logitBias.count) }
    for bias in logitBias where !Self.biasRange.contains(bias.bias) { throw .bias(bias) }
    for (one, next) in zip(logitBias, logitBias.dropFirst()) where one.token >= next.token {
      throw .biasOrder(token: next.token)
    }
  }

  /// Whether the logits that the sampler ranks are not the model's own.
  var adjustsLogits: Bool { penalizes || !logitBias.isEmpty }

  /// Whether the tokens so far take part.
  var penalizes: Bool { repetitionPenalty != 1 || presencePenalty != 0 || frequencyPenalty != 0 }
}

/// What is added to one token's logit.
public struct TokenBias: Sendable, Equatable {
  public var token: UInt32
  /// -100 to 100.
  public var bias: Float

  public init(token: UInt32, bias: Float) {
    self.token = token
    self.bias = bias
  }
}
