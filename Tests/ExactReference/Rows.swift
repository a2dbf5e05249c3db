import Exact
import TestKit

/// All rows of a run, by bytes.
struct Rows: Equatable {
  var positions: [Int] = []
  var hidden: [UInt32] = []
  var logits: [UInt32] = []

  /// The sequence is not as long as what was appended to it.
  struct Misplaced: Error { let position, tokens: Int }

  init() {}

  init(
    _ model: Model, _ tokens: [UInt32], threads: Int = 1, chunk: Int = 64, calls: [Int]? = nil, from: Int = 0
  ) throws {
    let session = try Session(model: model, pool: ThreadPool(threads: threads), contextLimit: tokens.count)
    var done = 0
    for count in calls ?? [tokens.count] {
      try session.append(Array(tokens[done..<done + count]), rowsFrom: from, chunk: chunk) { position, state, row in
        positions.append(position)
        hidden += bits(state)
        logits += bits(row)
      }
      done += count
    }
    guard session.position == tokens.count else { throw Misplaced(position: session.position, tokens: tokens.count) }
  }
}

extension ModelFixture {
  /// Tokens drawn from all of a vocabulary.
  static func tokens(_ count: Int, vocabulary: UInt32, seed: UInt64 = 2) -> [UInt32] {
    var random = SplitMix64(state: seed)
    return (0..<count).map { _ in UInt32.random(in: 0..<vocabulary, using: &random) }
  }
}
