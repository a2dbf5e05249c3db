/// Several walks on one model, oldest first, whose tokens share passes: a pass of few tokens costs little less than one of
/// many, since it reads all weights too.
struct ReexecutionBatch {
  /// Every walk of a pass has ended: the rest of its rows is of no use.
  private struct Ended: Error {}

  typealias Part = (walk: ReexecutionWalk, count: Int)

  let model: ChatModel
  let pool: ThreadPool
  /// Tokens of one pass: enough that weights are read seldom, few enough that a lie is found before all is computed.
  /// An answer of 256 and its prompt are one pass, and as many as the products of tiles take together.
  var passTokens = 320
  /// Positions whose keys and values are kept for all walks together. Those beyond wait; one that needs more by itself is
  /// given as many.
  var positionsMax = 4096

  /// Runs all walks to their ends.
  ///
  /// - Parameters:
  ///   - isCancelled: of a claim, by its index; asked before each pass and each block of its rows, on the calling thread.
  ///   - ended: called once for each walk, as soon as it has ended.
  func run(_ walks: [ReexecutionWalk], isCancelled: (Int) -> Bool, ended: (ReexecutionWalk) -> Void) {
    guard let only = walks.first else { return }
    do throws(ModelError) { try pass(over: walks, isCancelled, ended) } catch {
      // Nothing has run. What there is no memory for together is done one after another.
      guard walks.count == 1 else {
        for walk in walks { run([walk], isCancelled: isCancelled, ended: ended) }
        return
      }
      only.fail(.model(error))
      ended(only)
    }
  }

  /// - Throws: `outOfMemory`, before any walk has begun.
  private func pass(
    over walks: [ReexecutionWalk], _ isCancelled: (Int) -> Bool, _ ended: (ReexecutionWalk) -> Void
  ) throws(ModelError) {
    let (pages, pass) = try memory(for: walks)
    var waiting = walks
    var running: [ReexecutionWalk] = []
    func settle() {
      for walk in running + waiting where walk.result != nil {
        walk.release()
        ended(walk)
      }
      running.removeAll { $0.result != nil }
      waiting.removeAll { $0.result != nil }
    }
    settle()
    while !(running.isEmpty && waiting.isEmpty) {
      for walk in running + waiting where isCancelled(walk.index) { walk.fail(.cancelled) }
      settle()
      while let next = waiting.first, next.reserve(pages) { running.append(waiting.removeFirst()) }
      if !running.isEmpty { step(running, on: pass, isCancelled) }
      settle()
    }
  }

  private func memory(for walks: [ReexecutionWalk]) throws(ModelError) -> (KVPages, ForwardPass) {
    let needs = walks.map { KVPages.pages(for: $0.positionsMax) }
    let pages = min(needs.reduce(0, +), max(KVPages.pages(for: positionsMax), needs.max() ?? 0))
    let tokens = max(1, min(passTokens, walks.reduce(0) { $0 + $1.positionsMax }))
    let rows = max(1, min(tokens, walks.reduce(0) { $0 + $1.rowsMax }))
    return (
      try KVPages(model.model.shape, pages: pages),
      try ForwardPass(model: model.model, pool: pool, tokens: tokens, rows: rows)
    )
  }

  private func step(_ running: [ReexecutionWalk], on pass: ForwardPass, _ isCancelled: (Int) -> Bool) {
    let (batch, parts) = compose(running, tokensMax: pass.tokensMax)
    let failures = try? pass.run(batch) { block in
      let turns = Self.turns(block)
      for turn in turns {
        let walk = parts[block.rows[turn.lowerBound].segment].walk
        if isCancelled(walk.index) { walk.fail(.cancelled) }
      }
      let rows = pick(block.rows, parts)
      // In order: the rows of one walk are one worker's.
      pool.parallel(over: turns.count) { range in
        for turn in turns[range] {
          for row in rows[turn] { parts[row.segment].walk.take(row) }
        }
      }
      guard parts.contains(where: { $0.walk.result == nil }) else { throw Ended() }
    }
    for (index, part) in parts.enumerated() { part.walk.advance(part.count, failures?[index]) }
  }

  /// The rows, those picked that can be before their walks take them; in any order.
  private func pick(_ rows: [RowBlock.Row], _ parts: [Part]) -> [RowBlock.Row] {
    var rows = rows
    rows.withUnsafeMutableBufferPointer { rows in
      pool.parallel(over: rows.count) { range in
        for index in range { parts[rows[index].segment].walk.pick(&rows[index]) }
      }
    }
    return rows
  }

  /// A pass, as full as it can be, of the oldest walks.
  private func compose(_ running: [ReexecutionWalk], tokensMax: Int) -> (Batch, [Part]) {
    var batch = Batch()
    var parts: [Part] = []
    for walk in running where batch.tokens.count < tokensMax {
      let count = min(walk.pending, tokensMax - batch.tokens.count)
      walk.add(count, to: &batch)
      parts.append((walk, count))
    }
    return (batch, parts)
  }

  /// The rows of each walk, which stand together.
  private static func turns(_ block: RowBlock) -> [Range<Int>] {
    var turns: [Range<Int>] = []
    var start = 0
    for index in block.rows.indices
    where index + 1 == block.rows.count || block.rows[index + 1].segment != block.rows[start].segment {
      turns.append(start..<index + 1)
      start = index + 1
    }
    return turns
  }
}
