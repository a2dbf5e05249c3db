@testable import Exact

/// A sequence in company: how its tokens are cut, and who else is in the passes.
struct Company: CustomStringConvertible, Sendable {
  enum Neighbours: String, CaseIterable, Sendable { case none, seven, cancelled }
  struct NoPages: Error {}

  let chunk: Int
  let neighbours: Neighbours

  var description: String { "chunks of \(chunk), neighbours: \(neighbours.rawValue)" }

  static let all = [1, 7, 40].flatMap { chunk in Neighbours.allCases.map { Company(chunk: chunk, neighbours: $0) } }

  /// The hidden states and logits of the positions of `tokens` from `rowsFrom` on, by bytes. Pages are few, so those of
  /// neighbours that have left are used again.
  func rows(_ model: Model, _ tokens: [UInt32], threads: Int, rowsFrom: Int = 0) throws -> Rows {
    let pages = try KVPages(model.shape, pages: KVPages.pages(for: tokens.count) + 7)
    let pass = try ForwardPass(model: model, pool: ThreadPool(threads: threads), tokens: chunk + 21, rows: chunk + 7)
    let sequence = KVSequence(pages, contextLimit: tokens.count)
    var others = neighbours == .none ? [] : (0..<7).map { Neighbour($0, pages, model.shape.vocabulary) }
    var rows = Rows()
    var done = 0
    while done < tokens.count {
      let count = min(chunk, tokens.count - done)
      var batch = Batch()
      for other in others.prefix(3) { other.join(&batch) }
      let place = batch.segments.count
      guard sequence.reserve(done + count) else { throw NoPages() }
      batch.add(
        tokens[done..<done + count], of: sequence, position: done, rows: max(0, min(count, done + count - rowsFrom)))
      for other in others.dropFirst(3) { other.join(&batch) }
      let failures = pass.run(batch) { block in
        for row in block.rows where row.segment == place {
          rows.positions.append(row.position)
          rows.hidden += bits(row.hidden)
          rows.logits += bits(row.prediction.logits)
        }
      }
      if let failure = failures[place] { throw failure }
      done += count
      // Those that leave give their pages back, and others come with other tokens.
      if neighbours == .cancelled {
        for index in others.indices where (index + done) % 2 == 0 {
          others[index].sequence.truncate(toPages: 0)
          others[index] = Neighbour(index + done, pages, model.shape.vocabulary)
        }
      }
    }
    return rows
  }

  private final class Neighbour {
    let sequence: KVSequence
    private let tokens: [UInt32]
    private let step: Int
    private var done = 0

    init(_ number: Int, _ pages: KVPages, _ vocabulary: Int) {
      sequence = KVSequence(pages, contextLimit: 64)
      tokens = ModelFixture.tokens(5 + number % 4, vocabulary: UInt32(vocabulary), seed: UInt64(100 + number))
      step = 1 + number % 3
    }

    func join(_ batch: inout Batch) {
      let count = min(step, tokens.count - done)
      guard count > 0, sequence.reserve(done + count) else { return }
      batch.add(tokens[done..<done + count], of: sequence, position: done, rows: count % 2)
      done += count
    }
  }
}
