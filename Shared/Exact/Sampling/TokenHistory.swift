/// Which tokens stand in a prompt and how often each stands in the answer so far: what penalties read.
public struct TokenHistory: Sendable, Equatable {
  private(set) var prompt: Set<UInt32> = []
  private(set) var answer: [UInt32: UInt32] = [:]

  public init() {}

  public init(prompt: [UInt32]) { self.prompt = Set(prompt) }

  public mutating func append(_ token: UInt32) { answer[token, default: 0] += 1 }
}

extension SamplingParameters {
  /// Penalties, then biases. Each token's arithmetic is its own, so the order of tokens is free.
  ///
  /// Errors: `biasOutsideVocabulary`.
  func adjust(_ logits: UnsafeMutableBufferPointer<Float>, _ history: TokenHistory) throws(SamplingError) {
    if repetitionPenalty != 1 {
      for token in history.prompt { repeated(token, logits) }
      for token in history.answer.keys where !history.prompt.contains(token) { repeated(token, logits) }
    }
    if presencePenalty != 0 || frequencyPenalty != 0 {
      for (token, count) in history.answer where token < logits.count {
        // Two roundings: the product, then the difference.
        let once = logits[Int(token)] - Float(count) * frequencyPenalty
        logits[Int(token)] = once - presencePenalty
      }
    }
    for bias in logitBias {
      guard bias.token < logits.count else {
        throw .biasOutsideVocabulary(token: bias.token, vocabulary: logits.count)
      }
      logits[Int(bias.token)] += bias.bias
    }
  }

  private func repeated(_ token: UInt32, _ logits: UnsafeMutableBufferPointer<Float>) {
    guard token < logits.count else { return }
    let logit = logits[Int(token)]
    logits[Int(token)] = logit > 0 ? logit / repetitionPenalty : logit * repetitionPenalty
  }
}
