import CKernels

/// Chooses tokens: a pure function of logits, parameters, the tokens so far, position and choice.
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
  /// - Parameters:
  ///   - logits: one per token of the vocabulary.
  ///   - history: the tokens so far, which penalties count.
  ///   - allowed: a bit for each token, 64 to a word from the lowest; nil: no grammar restricts the token.
  public func pick(
    _ logits: UnsafeBufferPointer<Float>, history: TokenHistory = TokenHistory(), allowed: [UInt64]? = nil,
    position: UInt32, choice: UInt32
  ) throws(SamplingError) -> UInt32 {
    try SamplerWorkspace.with(logits.count) { (workspace) throws(SamplingError) in
      guard parameters.adjustsLogits || allowed != nil else {
        return try pick(adjusted: logits, isMasked: false, position, choice, in: workspace)
      }
      let adjusted = UnsafeMutableBufferPointer(rebasing: workspace.adjusted[..<logits.count])
      _ = adjusted.update(fromContentsOf: logits)
      // What the model computed must be finite everywhere, and so must what the parameters make of it.
      if let token = Self.firstNotFinite(adjusted) { throw .nonFiniteLogit(token: token) }
      try parameters.adjust(adjusted, history)
      if let token = Self.firstNotFinite(adjusted) { throw .nonFiniteLogit(token: token) }
      if let allowed { Self.remove(from: adjusted, allExcept: allowed) }
      return try pick(
        adjusted: UnsafeBufferPointer(adjusted), isMasked: allowed != nil, position, choice, in: workspace)
    }
  }

  private func pick(
    adjusted logits: UnsafeBufferPointer<Float>, isMasked: Bool, _ position: UInt32, _ choice: UInt32,
    in workspace: SamplerWorkspace
  ) throws(SamplingError) -> UInt32 {
    if parameters.temperature == 0 { return try Self.greedy(logits, isMasked: isMasked) }
    let ranked = try RankedLogits(
      logits, temperature: parameters.temperature, topK: parameters.topK, isMasked: isMasked, in: workspace)
    let probabilities = ranked.values
    Self.softmax(probabilities, kernels: kernels)
    let uniform = Philox4x32.uniform(seed: parameters.seed, position: position, choice: choice, draw: 0)
    return ranked.id(index(in: UnsafeBufferPointer(probabilities), at: uniform))
  }

  /// The token with the largest logit; of equals the lowest id.
  public static func greedy(_ logits: UnsafeBufferPointer<Float>) throws(SamplingError) -> UInt32 {
    try greedy(logits, isMasked: false)
  }

  private static func greedy(_ logits: UnsafeBufferPointer<Float>, isMasked: Bool) throws(SamplingError) -> UInt32 {
    guard let token = try LogitScan(logits, isMasked: isMasked).firstLargest(logits) else { throw .nothingAllowed }
    return UInt32(token)
  }

  private static func firstNotFinite(_ logits: UnsafeMutableBufferPointer<Float>) -> UInt32? {
    guard let base = logits.baseAddress, exact_all_finite(base, logits.count) == 0 else { return nil }
    return logits.firstIndex { !$0.isFinite }.map { UInt32($0) }
  }

  private static func remove(from logits: UnsafeMutableBufferPointer<Float>, allExcept allowed: [UInt64]) {
    for token in logits.indices {
      let word = token >> 6
      if word >= allowed.count || allowed[word] >> UInt64(token & 63) & 1 == 0 { logits[token] = -.infinity }
    }
  }

  /// Makes finite logits in descending order probabilities: e^(x - x_0), their sum in 16 lanes, one division each.
  static func softmax(_ sorted: UnsafeMutableBufferPointer<Float>, kernels: KernelChoice) {
    guard let base = sorted.baseAddress else { return }
    // The kernel refuses values that are not finite, and there are none: RankedLogits has thrown for them.
    let status = (kernels.table ?? exact_kernels_scalar()).pointee.softmax(base, sorted.count)
    assert(status == Int32(EXACT_OK))
  }

  /// min-p, then top-p, then the inverse of the cumulative distribution of what is left.
  func index(in probabilities: UnsafeBufferPointer<Float>, at uniform: Float) -> Int {
    let floor = parameters.minP * probabilities[0]
    let topP = parameters.topP < 1 ? parameters.topP : .infinity
    var kept = 0
    var total: Float = 0
    for probability in probabilities {
      // Sorted: the first below the floor ends what min-p keeps. The first of all always stays (minP <= 1).
      if probability < floor { break }
      total += probability
      kept &+= 1
      if total >= topP { break }
    }
    // uniform <= 1 - 2^-24, so the rounded product stays below the total and an index is always found.
    let threshold = uniform * total
    var running: Float = 0
    for index in 0..<kept {
      running += probabilities[index]
      if running > threshold { return index }
    }
    return kept - 1
  }
}
