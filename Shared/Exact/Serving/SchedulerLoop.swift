/// The scheduler's state, confined to its thread.
final class SchedulerLoop {
  let limits: ServingLimits
  let contextLimit: Int
  let pool: ThreadPool
  let pass: ForwardPass
  let pages: KVPages
  let mailbox: Mailbox
  var cache: PrefixCache
  /// Not yet admitted, first come first.
  var waiting: [RunningRequest] = []
  /// In order of admission.
  var running: [RunningSequence] = []
  var report = ServingReport()
  private var number: UInt64 = 0
  private var turn = 0

  init(
    model: Model, pool: ThreadPool, contextLimit: Int, limits: ServingLimits, mailbox: Mailbox
  ) throws(ModelError) {
    guard (1...model.shape.contextLength).contains(contextLimit) else {
      throw .badContextLimit(contextLimit, modelLimit: model.shape.contextLength)
    }
    // The oldest sequence must be able to end, whatever the others hold.
    guard limits.cacheTokensMax >= contextLimit else {
      throw .badCacheLimit(limits.cacheTokensMax, contextLimit: contextLimit)
    }
    self.limits = limits
    self.contextLimit = contextLimit
    self.pool = pool
    self.mailbox = mailbox
    pages = try KVPages(model.shape, pages: KVPages.pages(for: limits.cacheTokensMax))
    cache = PrefixCache(pages)
    pass = try ForwardPass(
      model: model, pool: pool, tokens: limits.stepTokensMax, rows: min(limits.stepTokensMax, limits.sequencesMax))
  }

  func run() {
    while let letters = mailbox.take(isIdle: running.isEmpty && waiting.isEmpty) {
      for letter in letters {
        number += 1
        waiting.append(RunningRequest(letter.request, number: number, letter.emit))
      }
      dropCancelled()
      admit()
      // Before the pass as well, so that who is admitted no longer counts as waiting while it is computed.
      publish()
      if !running.isEmpty { step() }
      publish()
    }
    for letter in mailbox.rest() {
      number += 1
      waiting.append(RunningRequest(letter.request, number: number, letter.emit))
    }
    cancelAll()
  }

  private func publish() {
    report.waiting = waiting.count
    report.running = running.count
    mailbox.publish(report)
  }

  // MARK: One pass

  private func step() {
    let (batch, parts) = compose()
    guard !batch.tokens.isEmpty else { return }
    let failures = pass.run(batch) { block in
      pool.parallel(over: block.rows.count) { range in
        for index in range { parts[block.rows[index].segment].sequence.take(block.rows[index]) }
      }
    }
    var chosen: UInt64 = 0
    for (index, part) in parts.enumerated() {
      let sequence = part.sequence
      if let failure = failures[index] {
        fail(sequence.request, .model(failure))
        continue
      }
      report.promptTokens += UInt64(max(0, min(part.count, sequence.request.prompt.count - sequence.computed)))
      switch sequence.advance(part.count, &cache) {
      case .success(let step)?:
        chosen += 1
        sequence.request.emit(.step(choice: sequence.choice, step))
        if sequence.hasEnded { end(sequence) }
      case .failure(let error)?: fail(sequence.request, error)
      case nil: break
      }
    }
    if chosen > 0 { report.steps += 1 }
    report.tokens += chosen
  }

  /// A token for each sequence that is answering, oldest first; then pieces of prompts, a page at a time in turn, until
  /// the pass is full.
  private func compose() -> (Batch, [(sequence: RunningSequence, count: Int)]) {
    var counts = [Int](repeating: 0, count: running.count)
    var room = limits.stepTokensMax
    turn += 1
    // Over a copy: making room may set a younger sequence back, never an older one that is in the batch already.
    for (index, sequence) in running.enumerated() where sequence.pending == 1 && room > 0 {
      counts[index] = makeRoom(for: sequence, tokens: 1) ? 1 : 0
      room -= counts[index]
    }
    let prefilling = running.indices.filter { running[$0].isPrefilling }
    for index in prefilling where running[index].kv.held.isEmpty {
      counts[index] = 0  // also of one that was just set back
      running[index].adopt(&cache)
    }
    var isGrowing = true
    while room > 0, isGrowing {
      isGrowing = false
      for offset in prefilling.indices {
        let index = prefilling[(offset + turn) % prefilling.count]
        let sequence = running[index]
        let piece = min(KVPages.positions, room, sequence.pending - counts[index])
        guard piece > 0, makeRoom(for: sequence, tokens: counts[index] + piece) else { continue }
        counts[index] += piece
        room -= piece
        isGrowing = true
      }
    }
    var batch = Batch()
    var parts: [(sequence: RunningSequence, count: Int)] = []
    for (index, sequence) in running.enumerated() {
      // One that was set back after its turn holds no pages.
      let count = sequence.kv.held.count * KVPages.positions >= sequence.computed + counts[index] ? counts[index] : 0
      guard count > 0 else { continue }
      sequence.add(count, to: &batch)
      parts.append((sequence, count))
    }
    return (batch, parts)
  }

  /// Room for the next tokens of a sequence: free pages, then pages kept for later, then those of younger sequences.
  private func makeRoom(for sequence: RunningSequence, tokens: Int) -> Bool {
    while !sequence.kv.reserve(sequence.computed + tokens) {
      if cache.evict() { continue }
      guard let youngest = running.last(where: { !$0.kv.held.isEmpty }), youngest !== sequence else { return false }
      youngest.preempt()
      report.preemptions += 1
    }
    return true
  }
}
