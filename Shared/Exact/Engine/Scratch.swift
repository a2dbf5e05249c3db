import CKernels

/// The intermediate vectors of a forward pass over at most `tokens` tokens, each [token][elements].
struct Scratch {
  /// Most rows of logits that are computed at once.
  static let logitRows = 32

  let tokens: Int
  let hidden: AlignedMemory<Float>  // [width], the residual stream
  let normed: ActivationBuffer  // [width]
  let queries: AlignedMemory<Float>  // [queryWidth]
  let keys: AlignedMemory<Float>  // [kvWidth]
  let values: AlignedMemory<Float>  // [kvWidth]
  let attended: ActivationBuffer  // [queryWidth]
  let branch: AlignedMemory<Float>  // [width], what a sublayer adds to the residual stream
  let gate: ActivationBuffer  // [ffnWidth]
  let up: AlignedMemory<Float>  // [ffnWidth]
  let logits: AlignedMemory<Float>  // [logitRows][paddedVocabulary]
  /// The products write whole groups of 16 rows.
  let paddedKV: Int
  let paddedVocabulary: Int

  init(_ shape: ModelShape, tokens: Int) throws(ModelError) {
    self.tokens = tokens
    let purpose = "the intermediate vectors of \(tokens) tokens"
    paddedKV = (shape.kvWidth + 15) / 16 * 16
    paddedVocabulary = (shape.vocabulary + 15) / 16 * 16
    hidden = try AlignedMemory(tokens * shape.width, purpose)
    normed = try ActivationBuffer(tokens: tokens, columns: shape.width)
    queries = try AlignedMemory(tokens * shape.queryWidth, purpose)
    keys = try AlignedMemory(tokens * paddedKV, purpose)
    values = try AlignedMemory(tokens * paddedKV, purpose)
    attended = try ActivationBuffer(tokens: tokens, columns: shape.queryWidth)
    branch = try AlignedMemory(tokens * shape.width, purpose)
    gate = try ActivationBuffer(tokens: tokens, columns: shape.ffnWidth)
    up = try AlignedMemory(tokens * shape.ffnWidth, purpose)
    logits = try AlignedMemory(Self.logitRows * paddedVocabulary, purpose)
  }
}

/// The input of a matrix product: `x` in f32 and its int8 blocks.
struct ActivationBuffer {
  let columns: Int
  let x: AlignedMemory<Float>
  private let q: AlignedMemory<Int8>
  private let scale: AlignedMemory<Float>
  private let weightedSum: AlignedMemory<Float>
  private let sum: AlignedMemory<Int32>

  /// `columns` is a multiple of 32.
  init(tokens: Int, columns: Int) throws(ModelError) {
    let purpose = "the quantised inputs of \(tokens) tokens"
    self.columns = columns
    x = try AlignedMemory(tokens * columns, purpose)
    q = try AlignedMemory(tokens * columns, purpose)
    scale = try AlignedMemory(tokens * columns / 32, purpose)
    weightedSum = try AlignedMemory(tokens * columns / 32, purpose)
    sum = try AlignedMemory(tokens * columns / 32, purpose)
  }

  /// The input that begins at `token`.
  func view(from token: Int = 0) -> exact_activation {
    let blocks = columns / 32
    return exact_activation(
      x: x.base + token * columns, q: q.base + token * columns, scale: scale.base + token * blocks,
      weighted_sum: weightedSum.base + token * blocks, sum: sum.base + token * blocks)
  }

  /// Quantises some blocks of one token's x.
  func quantize(_ kernels: exact_kernels, token: Int, blocks: Range<Int>) -> Int32 {
    let first = token * columns / 32 + blocks.lowerBound
    return kernels.quantize(
      x.base + first * 32, blocks.count * 32, q.base + first * 32, scale.base + first, weightedSum.base + first,
      sum.base + first)
  }

  func quantize(_ kernels: exact_kernels, token: Int) -> Int32 {
    quantize(kernels, token: token, blocks: 0..<columns / 32)
  }
}
