import CKernels

/// One sequence of tokens on a model: its key-value cache and the vectors of the pass under way.
///
/// The bits of every row are a function of the model and the tokens up to it alone: chunk size, threads, kernel forms
/// and what other sessions do never change them.
///
/// Not `Sendable`: one caller at a time. Sessions may share a model and a pool.
public final class Session {
  public static let maxChunk = 512

  public let model: Model
  /// Most tokens that the session may hold.
  public let contextLimit: Int
  /// Tokens held, which is the position of the next one.
  public private(set) var position = 0

  let pool: ThreadPool
  let cache: KVCache
  let failures = Failures()
  private var scratch: Scratch?

  /// Errors: `badContextLimit`, `outOfMemory`.
  public init(model: Model, pool: ThreadPool, contextLimit: Int) throws(ModelError) {
    guard (1...model.shape.contextLength).contains(contextLimit) else {
      throw .badContextLimit(contextLimit, modelLimit: model.shape.contextLength)
    }
    self.model = model
    self.pool = pool
    self.contextLimit = contextLimit
    cache = try KVCache(model.shape, limit: contextLimit)
  }

  /// Bytes that the cache of a full session takes.
  public static func cacheBytes(_ shape: ModelShape, contextLimit: Int) -> Int {
    KVCache.byteCount(shape, limit: contextLimit)
  }

  /// Appends tokens and calls `row` for every appended position that is at least `rowsFrom`, in order.
  /// - Parameters:
  ///   - chunk: tokens that one pass takes, 1 to `maxChunk`. Speed and memory only.
  ///   - row: gets the position, the final normed hidden state (`width` floats) and the logits (`vocabulary` floats)
  ///     that predict the next token. The buffers are valid during the call only.
  /// - Throws: `badChunk`, `tokenOutsideVocabulary`, `contextExceeded` before anything is appended; `nonFinite` from a
  ///   layer with the position at the start of the failing chunk; `nonFinite` of the hidden state or the logits, and
  ///   what `row` throws, with the position after the chunk of that row.
  public func append(
    _ tokens: [UInt32], rowsFrom: Int, chunk: Int = 64,
    _ row: (Int, UnsafeBufferPointer<Float>, UnsafeBufferPointer<Float>) throws -> Void
  ) throws {
    try check(tokens, chunk: chunk)
    let environment = exact_float_environment_enter()
    defer { exact_float_environment_leave(environment) }
    let scratch = try scratch(for: min(chunk, tokens.count))
    var done = 0
    while done < tokens.count {
      let part = tokens[done..<min(done + chunk, tokens.count)]
      let start = position
      try forward(part, scratch)
      position += part.count
      done += part.count
      try emitRows(max(rowsFrom, start)..<max(rowsFrom, position), chunkStart: start, scratch, row)
    }
  }

  /// Forgets every token from `position` on.
  public func rewind(to position: Int) throws(ModelError) {
    guard (0...self.position).contains(position) else { throw .badRewind(to: position, position: self.position) }
    self.position = position
  }

  private func check(_ tokens: [UInt32], chunk: Int) throws(ModelError) {
    guard (1...Self.maxChunk).contains(chunk) else { throw .badChunk(chunk, limit: Self.maxChunk) }
    guard tokens.count <= contextLimit - position else {
      throw .contextExceeded(position: position, tokens: tokens.count, limit: contextLimit)
    }
    if let index = tokens.firstIndex(where: { $0 >= model.shape.vocabulary }) {
      throw .tokenOutsideVocabulary(token: tokens[index], index: index, vocabulary: model.shape.vocabulary)
    }
  }

  private func scratch(for tokens: Int) throws(ModelError) -> Scratch {
    if let scratch, scratch.tokens >= tokens { return scratch }
    let made = try Scratch(model.shape, tokens: max(1, tokens))
    scratch = made
    return made
  }
}
