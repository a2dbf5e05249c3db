import CKernels

/// One sequence of tokens on a model: its keys and values, and the vectors of the pass under way.
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

  private let pool: ThreadPool
  private let sequence: KVSequence
  private var pass: ForwardPass?
  private var rowsMax = 0

  /// Errors: `badContextLimit`, `outOfMemory`.
  public init(model: Model, pool: ThreadPool, contextLimit: Int) throws(ModelError) {
    guard (1...model.shape.contextLength).contains(contextLimit) else {
      throw .badContextLimit(contextLimit, modelLimit: model.shape.contextLength)
    }
    self.model = model
    self.pool = pool
    self.contextLimit = contextLimit
    let pages = try KVPages(model.shape, pages: KVPages.pages(for: contextLimit))
    sequence = KVSequence(pages, contextLimit: contextLimit)
  }

  /// Bytes that the keys and values of a full session take.
  public static func cacheBytes(_ shape: ModelShape, contextLimit: Int) -> Int {
    KVPages.pages(for: contextLimit) * KVPages.pageBytes(shape)
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
    var done = 0
    while done < tokens.count {
      let part = tokens[done..<min(done + chunk, tokens.count)]
      let start = position
      let rows = max(0, min(part.count, start + part.count - rowsFrom))
      let pass = try pass(tokens: min(chunk, tokens.count), rows: rows)
      precondition(sequence.reserve(start + part.count), "a session's own pages ran out")
      var batch = Batch()
      batch.add(part, of: sequence, position: start, rows: rows)
      position += part.count
      done += part.count
      let failures = try pass.run(batch) { block in
        for each in block.rows { try row(each.position, each.hidden, each.prediction.logits) }
      }
      if let failure = failures[0] {
        if case .nonFinite(_, layer: .some) = failure { position = start }
        throw failure
      }
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

  /// A pass with room for so many tokens and rows: grown when a caller asks for more than any before.
  private func pass(tokens: Int, rows: Int) throws(ModelError) -> ForwardPass {
    if let pass, pass.tokensMax >= tokens, rowsMax >= rows { return pass }
    let made = try ForwardPass(
      model: model, pool: pool, tokens: max(1, tokens, pass?.tokensMax ?? 0), rows: max(1, rows, rowsMax))
    rowsMax = max(1, rows, rowsMax)
    pass = made
    return made
  }
}
