import CKernels
public import Cryptography

/// A sentence encoder of BERT's kind (all-MiniLM-L6-v2 and its like): text to a vector of length 1, whose inner products
/// say how near two texts are in meaning.
///
/// The vector is a pure function of the model's files and the text: kernel forms, threads, and what else is in the same
/// call never change a bit (EXACT1.md "Encoder"). Immutable after `load`, so any number of threads may share it.
public final class EmbeddingModel: Sendable {
  /// Texts of one call.
  public static let textsMax = 2_048

  public let shape: BertShape
  /// The form of the kernels, never `automatic`.
  public let kernel: KernelChoice
  /// Most tokens of a text, with its two marks.
  public let maxTokens: Int
  /// Names what was evaluated, weights and every file that decides a bit: SHA-256 of what `sha256sum` prints for
  /// 1_Pooling/config.json, config.json, model.safetensors, modules.json, sentence_bert_config.json and tokenizer.json,
  /// in this order.
  public let identity: Digest32
  public let tokenizer: WordPieceTokenizer

  let kernels: exact_kernels
  let words: AlignedMemory<Float>  // [vocabulary][width]
  let places: AlignedMemory<Float>  // [positions][width]
  let types: AlignedMemory<Float>  // [types][width]
  let inputNorm: LayerNorm
  let layers: [EncoderLayer]

  /// Elements of a vector.
  public var dimension: Int { shape.width }

  /// Opens, checks and repacks a model's folder as sentence-transformers lays it out; the six files named at `identity`.
  /// - Parameter threads: used for repacking only.
  /// - Throws: everything in `EmbeddingError` up to `nonFiniteWeight`.
  public static func load(
    folder: String, kernel: KernelChoice = .automatic, threads: Int
  ) throws(EmbeddingError) -> EmbeddingModel {
    let pool: ThreadPool
    let choice: KernelChoice
    do {
      choice = try kernel.resolved()
      pool = try ThreadPool(threads: threads)
    } catch { throw .engine(error) }
    return try EmbeddingModel(EmbeddingFolder(folder), kernel: choice, pool: pool)
  }

  private init(_ folder: EmbeddingFolder, kernel: KernelChoice, pool: ThreadPool) throws(EmbeddingError) {
    guard let table = kernel.table else {
      throw .engine(.kernelUnavailable(kernel, available: KernelChoice.available))
    }
    let environment = exact_float_environment_enter()
    defer { exact_float_environment_leave(environment) }
    let shape = folder.shape
    self.shape = shape
    self.kernel = kernel
    kernels = table.pointee
    maxTokens = folder.maxTokens
    identity = folder.identity
    tokenizer = folder.tokenizer

    var reader = EncoderReader(file: folder.weights, pool: pool)
    words = try reader.values("embeddings.word_embeddings.weight", [shape.vocabulary, shape.width])
    places = try reader.values("embeddings.position_embeddings.weight", [shape.positions, shape.width])
    types = try reader.values("embeddings.token_type_embeddings.weight", [shape.types, shape.width])
    inputNorm = try LayerNorm(&reader, "embeddings.LayerNorm", count: shape.width)
    var layers: [EncoderLayer] = []
    for index in 0..<shape.layers { layers.append(try EncoderLayer(index, shape, &reader)) }
    self.layers = layers
    try reader.skipUnused(positions: shape.positions)
    try reader.finish()
    try folder.requireUnchanged()
  }

  /// The tokens of a text, with its two marks.
  /// - Parameters:
  ///   - truncates: cut a text that is too long, instead of refusing it.
  ///   - index: the text's place in its request, for errors.
  /// - Throws: `textTooLong`, `tooManyTokens`.
  public func tokenize(_ text: String, truncates: Bool = false, index: Int = 0) throws(EmbeddingError) -> [UInt32] {
    try tokenizer.encode(text, index: index, limit: maxTokens, truncates: truncates)
  }

  /// One vector of `dimension` elements and length 1 for each text, in order.
  /// - Throws: `tooManyTexts`, and what `tokenize` and `embed(tokens:pool:)` throw.
  public func embed(
    _ texts: [String], truncates: Bool = false, pool: ThreadPool
  ) throws(EmbeddingError) -> [[Float]] {
    guard texts.count <= Self.textsMax else { throw .tooManyTexts(texts.count, limit: Self.textsMax) }
    var tokens: [[UInt32]] = []
    for (index, text) in texts.enumerated() {
      tokens.append(try tokenize(text, truncates: truncates, index: index))
    }
    return try embed(tokens: tokens, pool: pool)
  }

  /// The same for texts that are tokens already, marks included.
  /// - Throws: `tooManyTexts`, `noTokens`, `tooManyTokens`, `tokenOutsideVocabulary`, `outOfMemory`, `nonFinite`.
  public func embed(tokens texts: [[UInt32]], pool: ThreadPool) throws(EmbeddingError) -> [[Float]] {
    guard texts.count <= Self.textsMax else { throw .tooManyTexts(texts.count, limit: Self.textsMax) }
    for (index, tokens) in texts.enumerated() { try check(tokens, index) }
    let environment = exact_float_environment_enter()
    defer { exact_float_environment_leave(environment) }
    var vectors: [[Float]] = []
    vectors.reserveCapacity(texts.count)
    var scratch: EncoderScratch?
    while vectors.count < texts.count {
      // As many whole texts as fit: their products share one walk over the weights.
      var pass: [[UInt32]] = []
      var count = 0
      for tokens in texts[vectors.count...] {
        guard pass.isEmpty || count + tokens.count <= EncoderScratch.passTokens else { break }
        pass.append(tokens)
        count += tokens.count
      }
      if scratch.map({ $0.tokens < count }) ?? true {
        do { scratch = try EncoderScratch(shape, tokens: count) } catch { throw .engine(error) }
      }
      if let scratch { vectors += try EncoderPass(self, pool, scratch, pass).run() }
    }
    return vectors
  }

  private func check(_ tokens: [UInt32], _ index: Int) throws(EmbeddingError) {
    guard !tokens.isEmpty else { throw .noTokens(index: index) }
    guard tokens.count <= maxTokens else {
      throw .tooManyTokens(index: index, tokens: tokens.count, limit: maxTokens)
    }
    if let token = tokens.first(where: { $0 >= shape.vocabulary }) {
      throw .tokenOutsideVocabulary(token: token, index: index, vocabulary: shape.vocabulary)
    }
  }
}
