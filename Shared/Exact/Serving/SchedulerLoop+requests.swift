/// How requests come and go.
extension SchedulerLoop {
  /// Starts waiting requests while there is room. The other choices of a request follow when its prompt is computed, so
  /// that they find it so.
  func admit() {
    for sequence in running where sequence.choice == 0 && sequence.pending <= 1 { startOthers(sequence.request) }
    while let next = waiting.first,
      running.isEmpty || (promisedSequences + next.decoders.count <= limits.sequencesMax && fits(next))
    {
      waiting.removeFirst()
      start(next, choice: 0)
    }
  }

  /// Those that run, and those that will as soon as the prompt of their request is computed.
  private var promisedSequences: Int {
    running.reduce(0) { $0 + 1 + ($1.choice == 0 ? $1.request.decoders.count - $1.request.started : 0) }
  }

  /// Whether a prompt can be held without setting anybody back.
  private func fits(_ request: RunningRequest) -> Bool {
    let free = pages.free + cache.reclaimable
    let promised = running.reduce(0) {
      $0 + max(0, KVPages.pages(for: $1.tokens.count + 1) - $1.kv.held.count)
    }
    return KVPages.pages(for: request.prompt.count + 1) <= free - promised
  }

  private func startOthers(_ request: RunningRequest) {
    while request.started < request.decoders.count { start(request, choice: request.started) }
  }

  private func start(_ request: RunningRequest, choice: Int) {
    request.started = choice + 1
    let sequence = RunningSequence(request, choice: choice, pages: pages, contextLimit: contextLimit)
    sequence.adopt(&cache)
    report.promptTokensShared += UInt64(sequence.computed)
    running.append(sequence)
  }

  // MARK: Ends

  func end(_ sequence: RunningSequence) {
    let request = sequence.request
    request.decoders[sequence.choice] = sequence.decoder
    request.unfinished -= 1
    // A first choice that ends at once must still be followed by the others.
    startOthers(request)
    running.removeAll { $0 === sequence }
    guard request.unfinished == 0 else { return }
    if request.ownsCache { cache.drop(owner: request.owner) }
    request.emit(.ended(request.decoders))
  }

  func fail(_ request: RunningRequest, _ error: GenerationError) {
    guard request.unfinished > 0 else { return }
    request.unfinished = 0
    running.removeAll { $0.request === request }
    if request.ownsCache { cache.drop(owner: request.owner) }
    request.emit(.failed(error))
  }

  func dropCancelled() {
    for request in waiting where request.isCancelled() { cancel(request) }
    waiting.removeAll { $0.unfinished == 0 }
    var seen: [RunningRequest] = []
    for sequence in running where seen.last !== sequence.request {
      seen.append(sequence.request)
    }
    for request in seen where request.unfinished > 0 && request.isCancelled() { cancel(request) }
  }

  func cancelAll() {
    for request in waiting + running.map(\.request) where request.unfinished > 0 { cancel(request) }
    waiting = []
  }

  /// Ends every choice that has not ended, with the tokens that it has.
  private func cancel(_ request: RunningRequest) {
    for sequence in running where sequence.request === request {
      let rest = sequence.cancel()
      if !rest.isEmpty { request.emit(.rest(choice: sequence.choice, rest)) }
      request.decoders[sequence.choice] = sequence.decoder
    }
    for index in request.started..<max(request.started, request.decoders.count) { _ = request.decoders[index].cancel() }
    running.removeAll { $0.request === request }
    request.unfinished = 0
    if request.ownsCache { cache.drop(owner: request.owner) }
    request.emit(.ended(request.decoders))
  }
}
