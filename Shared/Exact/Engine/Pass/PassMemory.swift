import CKernels

/// The intermediate vectors of a pass over at most `tokens` tokens, in one piece of memory.
final class PassMemory {
  /// Most bytes of logits that are computed at once.
  private static let logitBytes = 16 << 20

  /// Tokens that the vectors have room for.
  let tokens: Int
  /// Rows of logits that are computed at once.
  let logitRows: Int
  let vectors: PassVectors
  private let memory: AlignedMemory<UInt8>

  /// - Parameter rows: most rows of which one pass is asked for all logits.
  init(_ shape: ModelShape, tokens: Int, rows: Int, workers: Int) throws(ModelError) {
    self.tokens = tokens
    let paddedVocabulary = (shape.vocabulary + 15) / 16 * 16
    let logitRows = Self.logitRows(of: rows, bytes: 4 * paddedVocabulary)
    self.logitRows = logitRows
    let workerTokens = workers * ForwardPass.fewTokens
    var measured = Layout(base: nil)
    _ = PassVectors(shape, tokens: tokens, workerTokens: workerTokens, rows: logitRows, &measured)
    memory = try AlignedMemory(measured.bytes, "the intermediate vectors of \(tokens) tokens")
    var placed = Layout(base: UnsafeMutableRawPointer(memory.base))
    vectors = PassVectors(shape, tokens: tokens, workerTokens: workerTokens, rows: logitRows, &placed)
  }

  /// Blocks of about equal length, in whole tiles of 16 rows: each reads the output matrix, be it for a single row.
  private static func logitRows(of rows: Int, bytes: Int) -> Int {
    let most = max(8, logitBytes / bytes)
    let blocks = max(1, (rows + most - 1) / most)
    let even = (rows + blocks - 1) / blocks
    return max(1, min(rows, (even + 15) / 16 * 16))
  }

  /// Hands out pieces of memory that begin at cache lines; without a base it only measures.
  struct Layout {
    let base: UnsafeMutableRawPointer?
    private(set) var bytes = 0

    mutating func take<Element: BitwiseCopyable>(_ count: Int) -> UnsafeMutablePointer<Element> {
      defer { bytes += (count * MemoryLayout<Element>.stride + 63) / 64 * 64 }
      // What a measuring layout gives is never read: any aligned address will do.
      let place = base ?? UnsafeMutableRawPointer(bitPattern: 64).unsafelyUnwrapped
      return (place + (base == nil ? 0 : bytes)).assumingMemoryBound(to: Element.self)
    }
  }
}

/// Where the vectors of a pass are, each [token][elements]. Plain addresses: a worker that copies them counts nothing.
struct PassVectors {
  let hidden: UnsafeMutablePointer<Float>  // [width], the residual stream
  let normed: ActivationVectors  // [width]
  /// For passes of few tokens, as many for each worker: norming again is cheaper than a barrier.
  let ownNormed: ActivationVectors
  let queries: UnsafeMutablePointer<Float>  // [queryWidth]
  let keys: UnsafeMutablePointer<Float>  // [paddedKV]
  let values: UnsafeMutablePointer<Float>  // [paddedKV]
  let attended: ActivationVectors  // [queryWidth]
  let branch: UnsafeMutablePointer<Float>  // [width], what a sublayer adds to the residual stream
  let gate: ActivationVectors  // [ffnWidth]
  let up: UnsafeMutablePointer<Float>  // [ffnWidth]
  let logits: UnsafeMutablePointer<Float>  // [rows][paddedVocabulary]
  /// The products write whole groups of 16 rows.
  let paddedKV: Int
  let paddedVocabulary: Int

  init(_ shape: ModelShape, tokens: Int, workerTokens: Int, rows: Int, _ layout: inout PassMemory.Layout) {
    paddedKV = (shape.kvWidth + 15) / 16 * 16
    paddedVocabulary = (shape.vocabulary + 15) / 16 * 16
    hidden = layout.take(tokens * shape.width)
    normed = ActivationVectors(tokens: tokens, columns: shape.width, &layout)
    ownNormed = ActivationVectors(tokens: workerTokens, columns: shape.width, &layout)
    queries = layout.take(tokens * shape.queryWidth)
    keys = layout.take(tokens * paddedKV)
    values = layout.take(tokens * paddedKV)
    attended = ActivationVectors(tokens: tokens, columns: shape.queryWidth, &layout)
    branch = layout.take(tokens * shape.width)
    gate = ActivationVectors(tokens: tokens, columns: shape.ffnWidth, &layout)
    up = layout.take(tokens * shape.ffnWidth)
    logits = layout.take(rows * paddedVocabulary)
  }
}
