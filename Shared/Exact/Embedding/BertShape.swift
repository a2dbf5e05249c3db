import Codec

/// The sizes and constants of a `bert` encoder, read from `config.json` and checked against one another.
public struct BertShape: Equatable, Sendable {
  public let layers: Int
  /// Elements of a hidden state; a multiple of 32.
  public let width: Int
  public let heads: Int
  /// Elements of one head: width / heads, a multiple of 16.
  public let headWidth: Int
  /// Elements of the feed-forward layer; a multiple of 32.
  public let ffnWidth: Int
  public let vocabulary: Int
  /// Positions that have an embedding.
  public let positions: Int
  /// Token types that have an embedding; only type 0 is used.
  public let types: Int
  public let normEpsilon: Float

  init(_ file: ConfigFile) throws(EmbeddingError) {
    try file.require("bert", at: "model_type")
    try file.require("gelu", at: "hidden_act")
    try file.require("absolute", at: "position_embedding_type", orMissing: true)
    try file.require(false, at: "is_decoder", orMissing: true)
    layers = try file.integer("num_hidden_layers", in: 1...128)
    width = try file.integer("hidden_size", in: 32...16_384)
    heads = try file.integer("num_attention_heads", in: 1...256)
    ffnWidth = try file.integer("intermediate_size", in: 32...65_536)
    vocabulary = try file.integer("vocab_size", in: 1...WordPieceTokenizer.vocabularyMax)
    positions = try file.integer("max_position_embeddings", in: 2...65_536)
    types = try file.integer("type_vocab_size", in: 1...16)
    headWidth = width / heads
    guard width % 32 == 0, width % heads == 0, headWidth % 16 == 0 else {
      throw file.unsupported(
        "num_attention_heads", .integer(heads),
        "a number that divides hidden_size (\(width), a multiple of 32) into multiples of 16")
    }
    guard ffnWidth % 32 == 0 else {
      throw file.unsupported("intermediate_size", .integer(ffnWidth), "a multiple of 32")
    }
    let literal = file.json["layer_norm_eps"]?.numberLiteral
    guard let epsilon = literal.flatMap({ Float($0) }), epsilon > 0, epsilon <= 1 else {
      throw file.unsupported("layer_norm_eps", file.json["layer_norm_eps"], "a number above 0, at most 1")
    }
    normEpsilon = epsilon
  }
}
