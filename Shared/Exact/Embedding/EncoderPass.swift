import CKernels

/// The intermediate vectors of one pass over at most `tokens` tokens, each [token][elements].
struct EncoderScratch {
  /// Texts are gathered up to this many tokens; a longer one is a pass of its own.
  static let passTokens = 512

  let tokens: Int
  let hidden: ActivationMemory  // [width]
  let queries: AlignedMemory<Float>  // [width]
  let keys: AlignedMemory<Float>  // [width]
  let values: AlignedMemory<Float>  // [width]
  let attended: ActivationMemory  // [width]
  let branch: AlignedMemory<Float>  // [width], what a sublayer adds
  let inner: ActivationMemory  // [ffnWidth]

  init(_ shape: BertShape, tokens: Int) throws(ModelError) {
    self.tokens = tokens
    let purpose = "the intermediate vectors of \(tokens) tokens"
    hidden = try ActivationMemory(tokens: tokens, columns: shape.width)
    queries = try AlignedMemory(tokens * shape.width, purpose)
    keys = try AlignedMemory(tokens * shape.width, purpose)
    values = try AlignedMemory(tokens * shape.width, purpose)
    attended = try ActivationMemory(tokens: tokens, columns: shape.width)
    branch = try AlignedMemory(tokens * shape.width, purpose)
    inner = try ActivationMemory(tokens: tokens, columns: shape.ffnWidth)
  }
}

/// The encoder (Devlin et al., 2018: attention over all tokens, layer norm after each sublayer, GELU) over some texts at
/// once. Every loop is split over output rows, heads or tokens, whose results do not depend on one another.
struct EncoderPass {
  private let model: EmbeddingModel
  private let pool: ThreadPool
  private let scratch: EncoderScratch
  private let tokens: [UInt32]
  /// Where each text lies among the tokens.
  private let texts: [Range<Int>]
  /// The text of each token.
  private let owners: [Range<Int>]
  private let failures = Failures()

  private var shape: BertShape { model.shape }
  private var kernels: exact_kernels { model.kernels }

  init(_ model: EmbeddingModel, _ pool: ThreadPool, _ scratch: EncoderScratch, _ texts: [[UInt32]]) {
    self.model = model
    self.pool = pool
    self.scratch = scratch
    tokens = texts.flatMap { $0 }
    var ranges: [Range<Int>] = []
    for text in texts {
      let start = ranges.last?.upperBound ?? 0
      ranges.append(start..<start + text.count)
    }
    self.texts = ranges
    owners = ranges.flatMap { range in range.map { _ in range } }
  }

  /// One vector for each text. Errors: `nonFinite`.
  func run() throws(EmbeddingError) -> [[Float]] {
    try embedTokens()
    for (index, layer) in model.layers.enumerated() {
      try attend(layer, index)
      try feedForward(layer, index)
    }
    var vectors: [[Float]] = []
    for text in texts {
      let vector = [Float](unsafeUninitializedCapacity: shape.width) { out, count in
        guard let base = out.baseAddress else { return }
        failures.note(
          exact_mean_pool(scratch.hidden.vectors.x + text.lowerBound * shape.width, text.count, shape.width, base))
        count = shape.width
      }
      vectors.append(vector)
    }
    try requireFinite("the pooled vector", nil)
    return vectors
  }

  /// ((word + type) + position), normed.
  private func embedTokens() throws(EmbeddingError) {
    let width = shape.width
    each { t in
      let row = scratch.hidden.vectors.x + t * width
      row.update(from: model.words.base + Int(tokens[t]) * width, count: width)
      kernels.add(row, model.types.base, width)
      kernels.add(row, model.places.base + (t - owners[t].lowerBound) * width, width)
      normalise(row, model.inputNorm)
    }
    try requireFinite("the embeddings", nil)
  }

  private func attend(_ layer: EncoderLayer, _ index: Int) throws(EmbeddingError) {
    let width = shape.width
    let parts = [(layer.query, scratch.queries), (layer.key, scratch.keys), (layer.value, scratch.values)]
    let input = scratch.hidden.vectors.input(from: 0)
    let groups = width / 16
    pool.parallel(over: 3 * groups) { range in
      for (part, (dense, out)) in parts.enumerated() {
        let own = range.clamped(to: part * groups..<(part + 1) * groups)
        guard !own.isEmpty else { continue }
        dense.apply(
          kernels, input, tokens: tokens.count,
          groups: own.lowerBound - part * groups..<own.upperBound - part * groups, into: out.base)
      }
    }
    let scale = 1 / Float(shape.headWidth).squareRoot()
    pool.parallel(over: tokens.count * shape.heads) { items in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: model.maxTokens) { scores in
        guard let scores = scores.baseAddress else { return }
        for item in items {
          let (t, head) = (item / shape.heads, item % shape.heads)
          let start = owners[t].lowerBound * width + head * shape.headWidth
          let own = t * width + head * shape.headWidth
          failures.note(
            kernels.encoder_attention(
              scratch.queries.base + own, scratch.keys.base + start, scratch.values.base + start, width,
              owners[t].count, shape.headWidth, scale, scores, scratch.attended.vectors.x + own))
        }
      }
    }
    try requireFinite("the attention scores", index)
    try add(layer.attentionOutput, scratch.attended, layer.attentionNorm, "the attention norm", index)
  }

  private func feedForward(_ layer: EncoderLayer, _ index: Int) throws(EmbeddingError) {
    let input = scratch.hidden.vectors.input(from: 0)
    let inner = scratch.inner.vectors.x
    pool.parallel(over: layer.up.groups) { groups in
      layer.up.apply(kernels, input, tokens: tokens.count, groups: groups, into: inner)
      for t in 0..<tokens.count {
        kernels.gelu(inner + t * shape.ffnWidth + groups.lowerBound * 16, groups.count * 16)
      }
    }
    try add(layer.down, scratch.inner, layer.outputNorm, "the output norm", index)
  }

  // MARK: Steps

  /// hidden = norm(hidden + dense(input))
  private func add(
    _ dense: DenseLayer, _ input: ActivationMemory, _ norm: LayerNorm, _ stage: String, _ index: Int
  ) throws(EmbeddingError) {
    let view = input.vectors.input(from: 0)
    pool.parallel(over: dense.groups) { groups in
      dense.apply(kernels, view, tokens: tokens.count, groups: groups, into: scratch.branch.base)
    }
    each { t in
      let row = scratch.hidden.vectors.x + t * shape.width
      kernels.add(row, scratch.branch.base + t * shape.width, shape.width)
      normalise(row, norm)
    }
    try requireFinite(stage, index)
  }

  private func normalise(_ row: UnsafeMutablePointer<Float>, _ norm: LayerNorm) {
    failures.note(
      kernels.layer_norm(row, norm.weight.base, norm.bias.base, shape.width, shape.normEpsilon, row))
  }

  private func each(_ body: (Int) -> Void) {
    pool.parallel(over: tokens.count) { for t in $0 { body(t) } }
  }

  private func requireFinite(_ stage: String, _ layer: Int?) throws(EmbeddingError) {
    if failures.any { throw .nonFinite(stage: stage, layer: layer) }
  }
}
