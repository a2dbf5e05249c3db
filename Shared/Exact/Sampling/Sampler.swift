import CKernels

/// Chooses tokens: a pure function of logits, parameters, position and choice.
public struct Sampler: Sendable {
  public let parameters: SamplingParameters
  private let kernels: KernelChoice

  public init(_ parameters: SamplingParameters) throws(SamplingError) {
    try parameters.validate()
    self.parameters = parameters
    kernels = KernelChoice.available.last ?? .scalar  // all forms give the same bits
  }

  /// The token at `position` (that of the token chosen, counted from the start of the prompt) of one choice.
  ///
  /// - Parameter logits: one per token of the vocabulary.
  public func pick(
    _ logits: UnsafeBufferPointer<Float>, position: UInt32, choice: UInt32
  ) throws(SamplingError) -> UInt32 {
    if parameters.temperature == 0 { return try Self.greedy(logits) }
    let ranked = try RankedLogits(logits, temperature: parameters.temperature, topK: parameters.topK)
    let probabilities = Self.softmax(ranked.values, kernels: kernels)
    let uniform = Philox4x32.uniform(seed: parameters.seed, position: position, choice: choice, draw: 0)
    return ranked.ids[index(in: probabilities, at: uniform)]
  }

  /// The token with the largest logit; of equals the lowest id.
  public static func greedy(_ logits: UnsafeBufferPointer<Float>) throws(SamplingError) -> UInt32 {
    guard !logits.isEmpty else { throw .noLogits }
    var best = 0
    for token in logits.indices {
      guard logits[token].isFinite else { throw .nonFiniteLogit(token: UInt32(token)) }
      if logits[token] > logits[best] { best = token }
    }
    return UInt32(best)
  }

  /// Probabilities of finite logits in descending order: e^(x - x_0), their sum in 16 lanes, one division each.
  static func softmax(_ sorted: [Float], kernels: KernelChoice) -> [Float] {
    let table = kernels.table ?? exact_kernels_scalar()
    var probabilities = sorted
    probabilities.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      // The kernel refuses values that are not finite, and there are none: RankedLogits has thrown for them.
      let status = table.pointee.softmax(base, buffer.count)
      assert(status == Int32(EXACT_OK))
    }
    return probabilities
  }

  /// min-p, then top-p, then the inverse of the cumulative distribution of what is left.
  func index(in probabilities: [Float], at uniform: Float) -> Int {
    let floor = parameters.minP * probabilities[0]
    var cumulative: [Float] = []
    var total: Float = 0
    for probability in probabilities {
      // Sorted: the first below the floor ends what min-p keeps. The first of all always stays (minP <= 1).
      if probability < floor { break }
      total += probability
      cumulative.append(total)
      if parameters.topP < 1, total >= parameters.topP { break }
    }
    // uniform <= 1 - 2^-24, so the rounded product stays below the total and an index is always found.
    let threshold = uniform * total
    return cumulative.firstIndex { $0 > threshold } ?? cumulative.count - 1
  }
}
