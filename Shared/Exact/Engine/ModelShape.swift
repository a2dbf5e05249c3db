/// The sizes and constants of a `llama` model, read from its metadata and checked against one another.
public struct ModelShape: Equatable, Sendable {
  public let layers: Int
  /// Elements of a hidden state; a multiple of 32.
  public let width: Int
  public let heads: Int
  /// Key and value heads; divides `heads`.
  public let kvHeads: Int
  /// Elements of one head: width / heads, a multiple of 16.
  public let headWidth: Int
  /// Elements of the feed-forward layer; a multiple of 32.
  public let ffnWidth: Int
  public let vocabulary: Int
  /// Positions that the model was trained for.
  public let contextLength: Int
  public let ropeBase: Double
  public let normEpsilon: Float

  public var kvWidth: Int { kvHeads * headWidth }

  /// Keys under `llama.` that this engine understands. Any other may change the computation and is refused by name.
  private static let knownKeys: Set<String> = [
    "block_count", "context_length", "embedding_length", "feed_forward_length", "attention.head_count",
    "attention.head_count_kv", "attention.layer_norm_rms_epsilon", "attention.key_length", "attention.value_length",
    "rope.dimension_count", "rope.freq_base", "rope.scaling.type", "vocab_size",
  ]

  init(_ metadata: [String: GGUFValue], vocabulary rows: Int) throws(ModelError) {
    guard let architecture = metadata["general.architecture"] else { throw .missingKey("general.architecture") }
    guard architecture.string == "llama" else {
      throw .unsupportedArchitecture(architecture.string ?? "(not a string)")
    }
    for key in metadata.keys.sorted() where key.hasPrefix("llama.") {
      guard Self.knownKeys.contains(String(key.dropFirst(6))) else { throw .unsupportedKey(key) }
    }
    if let scaling = metadata["llama.rope.scaling.type"], scaling.string != "none" {
      throw .unsupportedKey("llama.rope.scaling.type")
    }
    let read = Reader(metadata: metadata)
    layers = try read.integer("block_count", 1...1_024)
    width = try read.integer("embedding_length", 32...65_536, multipleOf: 32)
    heads = try read.integer("attention.head_count", 1...1_024)
    kvHeads = try read.integer("attention.head_count_kv", 1...1_024, absent: heads)
    ffnWidth = try read.integer("feed_forward_length", 32...1_048_576, multipleOf: 32)
    contextLength = try read.integer("context_length", 1...1_048_576)
    ropeBase = try read.float("rope.freq_base", absent: 10_000)
    let epsilon = try read.float("attention.layer_norm_rms_epsilon", absent: nil)
    normEpsilon = Float(epsilon)
    vocabulary = rows

    try read.require("attention.head_count", heads, heads > 0 && width % heads == 0, "a divisor of the width \(width)")
    headWidth = width / heads
    try read.require(
      "attention.head_count", heads, headWidth % 16 == 0 && headWidth <= 1_024,
      "such that a head has a multiple of 16 elements, at most 1024")
    try read.require("attention.head_count_kv", kvHeads, heads % kvHeads == 0, "a divisor of the \(heads) heads")
    for key in ["rope.dimension_count", "attention.key_length", "attention.value_length"] {
      let value = try read.integer(key, 1...1_024, absent: headWidth)
      try read.require(key, value, value == headWidth, "the head width \(headWidth)")
    }
    let stated = try read.integer("vocab_size", 1...(1 << 22), absent: rows)
    try read.require("vocab_size", stated, stated == rows, "the \(rows) rows of token_embd.weight")
    guard ropeBase >= 1, ropeBase <= 1e12 else {
      throw .badValue(key: "llama.rope.freq_base", value: "\(ropeBase)", requirement: "from 1 to 1e12")
    }
    guard epsilon > 0, epsilon <= 1, normEpsilon >= Float.leastNormalMagnitude else {
      throw .badValue(
        key: "llama.attention.layer_norm_rms_epsilon", value: "\(epsilon)", requirement: "positive and at most 1")
    }
  }

  /// Reads typed values under `llama.`.
  private struct Reader {
    let metadata: [String: GGUFValue]

    func integer(
      _ name: String, _ range: ClosedRange<Int64>, multipleOf factor: Int64 = 1, absent: Int? = nil
    ) throws(ModelError) -> Int {
      let key = "llama." + name
      guard let value = metadata[key] else {
        guard let absent else { throw .missingKey(key) }
        return absent
      }
      guard let number = value.integer, range.contains(number), number % factor == 0 else {
        let multiple = factor > 1 ? ", a multiple of \(factor)" : ""
        throw .badValue(
          key: key, value: describe(value),
          requirement: "an integer from \(range.lowerBound) to \(range.upperBound)\(multiple)")
      }
      return Int(number)
    }

    func float(_ name: String, absent: Double?) throws(ModelError) -> Double {
      let key = "llama." + name
      guard let value = metadata[key] else {
        guard let absent else { throw .missingKey(key) }
        return absent
      }
      guard let number = value.float, number.isFinite else {
        throw .badValue(key: key, value: describe(value), requirement: "a finite float")
      }
      return number
    }

    func require(_ name: String, _ value: Int, _ holds: Bool, _ requirement: String) throws(ModelError) {
      guard holds else { throw .badValue(key: "llama." + name, value: "\(value)", requirement: requirement) }
    }

    private func describe(_ value: GGUFValue) -> String {
      if case .array(let elements) = value { return "an array of \(elements.count)" }
      return value.integer.map { "\($0)" } ?? value.float.map { "\($0)" } ?? value.string ?? "a boolean"
    }
  }
}
