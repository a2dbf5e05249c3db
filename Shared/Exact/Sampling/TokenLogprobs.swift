import CKernels

/// How likely the model held a token to be, and which it held to be the likeliest: by its own logits, before penalties,
/// biases, grammar and temperature (EXACT1.md, "Log-probabilities").
public struct TokenLogprobs: Sendable, Equatable {
  public static let topMax = 20

  public struct Entry: Sendable, Equatable {
    public let token: UInt32
    /// Natural logarithm, at most 0.
    public let logprob: Float

    public init(token: UInt32, logprob: Float) {
      self.token = token
      self.logprob = logprob
    }
  }

  public let chosen: Entry
  /// The likeliest tokens, by (logit descending, id ascending).
  public let top: [Entry]

  public init(chosen: Entry, top: [Entry]) {
    self.chosen = chosen
    self.top = top
  }

  /// log(softmax(logits)) of the chosen token and of the `top` likeliest: with M the largest logit and S the lane sum of
  /// exp(x - M) in order of id, `(x - M) + log(1 / S)`, each operation rounded.
  ///
  /// Errors: `noLogits`, `nonFiniteLogit`.
  init(_ logits: UnsafeBufferPointer<Float>, chosen: UInt32, top: Int) throws(SamplingError) {
    let scan = try LogitScan(logits, isMasked: false)
    guard let best = scan.firstLargest(logits) else { throw .nothingAllowed }
    let share = try SamplerWorkspace.with(logits.count) { (workspace) throws(SamplingError) -> Float in
      let scratch = UnsafeMutableBufferPointer(rebasing: workspace.scaled[..<logits.count])
      _ = scratch.update(fromContentsOf: logits)
      Sampler.softmax(scratch, kernels: KernelChoice.available.last ?? .scalar)
      // The largest has the probability exp(0) / S = 1 / S.
      return exact_logf(scratch[best])
    }
    let most = logits[best]
    func entry(_ token: UInt32) -> Entry { Entry(token: token, logprob: (logits[Int(token)] - most) + share) }
    self.chosen = entry(chosen)
    self.top = Self.likeliest(logits, scan, top).map(entry)
  }

  /// The first `count` by (logit descending, id ascending).
  private static func likeliest(_ logits: UnsafeBufferPointer<Float>, _ scan: LogitScan, _ count: Int) -> [UInt32] {
    guard count > 0 else { return [] }
    let threshold = scan.lowerBound(rank: count) ?? .min
    var found: [(key: Int32, token: UInt32)] = []
    for (block, most) in scan.blocks.enumerated() where most >= threshold {
      let start = block * LogitScan.block
      for index in start..<min(start + LogitScan.block, scan.count) {
        let key = LogitScan.key(logits[index])
        if key >= threshold { found.append((key, UInt32(index))) }
      }
    }
    return found.sorted { ($1.key, $0.token) < ($0.key, $1.token) }.prefix(count).map(\.token)
  }
}
