/// The sizes and constants of a model, read from its metadata and checked against one another.
public struct ModelShape: Equatable, Sendable {
  public let architecture: ModelArchitecture
  public let layers: Int
  /// Elements of a hidden state; a multiple of 32.
  public let width: Int
  public let heads: Int
  /// Key and value heads, the same number in each layer; divides `heads`.
  public let kvHeads: Int
  /// Elements of one head, a multiple of 16; `width / heads` unless the file states another.
  public let headWidth: Int
  /// Elements of the feed-forward layer; a multiple of 32.
  public let ffnWidth: Int
  public let vocabulary: Int
  /// Positions that the model was trained for.
  public let contextLength: Int
  public let normEpsilon: Float
  /// What a query's dot product with a key is multiplied by.
  public let attentionScale: Float
  /// What a row of the embedding is multiplied by; nil: it is taken as it is.
  public let embeddingScale: Float?
  /// Base of the rotary embedding, on the layers that see all positions where there are others.
  public let ropeBase: Double
  /// What the frequencies of `ropeBase` are divided by (linear scaling); 1 for none.
  public let ropeScaling: Double
  /// Positions that a local layer sees, its own included; 0 when no layer is local.
  public let slidingWindow: Int

  public var activation: FeedForwardActivation { architecture.activation }
  public var queryWidth: Int { heads * headWidth }
  public var kvWidth: Int { kvHeads * headWidth }

  /// Gemma 3: every sixth layer sees all positions; the file does not say so, nor the base of the others.
  public static let localLayersPerGlobal = 5
  public static let localRopeBase: Double = 10_000

  /// Whether a layer sees `slidingWindow` positions instead of all.
  public func isLocal(layer: Int) -> Bool {
    slidingWindow > 0 && layer % (Self.localLayersPerGlobal + 1) != Self.localLayersPerGlobal
  }

  init(_ metadata: [String: GGUFValue], vocabulary rows: Int) throws(ModelError) {
    let read = try MetadataReader(metadata)
    architecture = read.architecture
    layers = try read.integer("block_count", 1...1_024)
    width = try read.integer("embedding_length", 32...65_536, multipleOf: 32)
    heads = try read.integer("attention.head_count", 1...1_024)
    kvHeads = try read.integer("attention.head_count_kv", 1...1_024, absent: heads)
    headWidth = try Self.headWidth(read, width: width, heads: heads)
    ffnWidth = try read.integer("feed_forward_length", 32...1_048_576, multipleOf: 32)
    contextLength = try read.integer("context_length", 1...1_048_576)
    vocabulary = rows
    try read.require("attention.head_count_kv", kvHeads, heads % kvHeads == 0, "a divisor of the \(heads) heads")
    let stated = try read.integer("vocab_size", 1...(1 << 22), absent: rows)
    try read.require("vocab_size", stated, stated == rows, "the \(rows) rows of token_embd.weight")
    normEpsilon = Float(
      try read.float("attention.layer_norm_rms_epsilon", Double(Float.leastNormalMagnitude)...1))

    ropeBase = try read.float("rope.freq_base", 1...1e12, absent: architecture == .gemma3 ? 1_000_000 : 10_000)
    ropeScaling = try Self.ropeScaling(read)
    slidingWindow = architecture == .gemma3 ? try read.integer("attention.sliding_window", 1...1_048_576) : 0
    // The model of 27 billion parameters, known by its 62 layers, scales by the width per head and not by the head's.
    let scaled = architecture == .gemma3 && layers == 62 ? width / heads : headWidth
    attentionScale = 1 / Float(scaled).squareRoot()
    embeddingScale = architecture == .gemma3 ? Float(width).squareRoot() : nil
  }

  private static func headWidth(_ read: MetadataReader, width: Int, heads: Int) throws(ModelError) -> Int {
    if read.metadata[read.key("attention.key_length")] == nil {
      try read.require("attention.head_count", heads, width % heads == 0, "a divisor of the width \(width)")
      let derived = width / heads
      try read.require(
        "attention.head_count", heads, derived % 16 == 0 && derived <= 1_024,
        "such that a head has a multiple of 16 elements, at most 1024")
    }
    let headWidth = try read.integer("attention.key_length", 16...1_024, multipleOf: 16, absent: width / heads)
    try read.require(
      "attention.head_count", heads, heads * headWidth % 32 == 0, "such that all heads have a multiple of 32 elements")
    for key in ["attention.value_length", "rope.dimension_count"] {
      let value = try read.integer(key, 1...1_024, absent: headWidth)
      try read.require(key, value, value == headWidth, "the head width \(headWidth)")
    }
    return headWidth
  }

  private static func ropeScaling(_ read: MetadataReader) throws(ModelError) -> Double {
    let type = read.metadata[read.key("rope.scaling.type")]
    if read.architecture == .gemma3, type?.string == "linear" {
      return try read.float("rope.scaling.factor", 1...1_024)
    }
    guard type == nil || type?.string == "none" else { throw .unsupportedKey(read.key("rope.scaling.type")) }
    guard read.metadata[read.key("rope.scaling.factor")] == nil else {
      throw .unsupportedKey(read.key("rope.scaling.factor"))
    }
    return 1
  }
}
