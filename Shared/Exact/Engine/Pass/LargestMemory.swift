/// What each worker has found to be the largest logit of each row so far, and the piece of the logits that it looks at.
///
/// The logits of many rows do not fit into a cache: to write them to memory and read them again takes longer than to
/// compare them. So each piece is looked at as soon as it has been computed, and is then overwritten by the next.
struct LargestMemory {
  /// Groups of 16 output rows in a piece, and tokens.
  static let groups = 32
  static let tokens = 128
  static let stride = 16 * groups

  struct Largest {
    var logit: Float
    var token: UInt32

    static let none = Largest(logit: -.infinity, token: .max)

    /// Of equals (-0 = +0) the lowest id.
    mutating func join(_ other: Largest) {
      if other.logit > logit || (other.logit == logit && other.token < token) { self = other }
    }
  }

  private let found: AlignedMemory<Largest>
  private let logits: AlignedMemory<Float>
  private let rows: Int
  private let workers: Int

  init(rows: Int, workers: Int) throws(ModelError) {
    self.rows = rows
    self.workers = workers
    found = try AlignedMemory(workers * rows, "the largest logits of \(rows) rows")
    logits = try AlignedMemory(
      workers * min(rows, Self.tokens) * Self.stride, "the logits that \(workers) workers look at")
  }

  /// [rows]
  func found(by worker: Int) -> UnsafeMutablePointer<Largest> { found.base + worker * rows }

  /// [tokens][stride]
  func logits(of worker: Int) -> UnsafeMutablePointer<Float> {
    logits.base + worker * min(rows, Self.tokens) * Self.stride
  }

  /// Of a row, when all workers have ended.
  func largest(of row: Int) -> Largest {
    (0..<workers).reduce(into: .none) { $0.join(found(by: $1)[row]) }
  }
}
