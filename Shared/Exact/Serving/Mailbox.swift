/// Where requests arrive and numbers are read, from any thread.
final class Mailbox: Sendable {
  struct Letter {
    let request: ServingRequest
    let emit: @Sendable (ServingEvent) -> Void
  }

  private struct State {
    var letters: [Letter] = []
    var published = ServingReport()
    var isStopping = false
  }

  private let limits: ServingLimits
  private let state = Monitor(State())

  init(_ limits: ServingLimits) { self.limits = limits }

  func put(_ request: ServingRequest, _ emit: @escaping @Sendable (ServingEvent) -> Void) throws(ServingFull) {
    let full = state.update { state -> Int? in
      // One that finds a free place does not wait.
      let free = max(0, limits.sequencesMax - state.published.running)
      let waiting = state.published.waiting + state.letters.count
      guard waiting < limits.waitingMax + free else { return waiting - free }
      state.letters.append(Letter(request: request, emit: emit))
      return nil
    }
    if let full { throw ServingFull(waiting: full) }
  }

  /// What has arrived. Waits for it when the scheduler has nothing else to do; nil: the scheduler is to end.
  func take(isIdle: Bool) -> [Letter]? {
    state.wait(until: { !isIdle || !$0.letters.isEmpty || $0.isStopping }) { state in
      guard !state.isStopping else { return nil }
      defer { state.letters = [] }
      state.published.waiting += state.letters.count
      return state.letters
    }
  }

  /// At the end: what nobody has taken.
  func rest() -> [Letter] {
    state.withLock { state in
      defer { state.letters = [] }
      return state.letters
    }
  }

  func stop() { state.update { $0.isStopping = true } }

  var report: ServingReport {
    state.withLock { state in
      var report = state.published
      report.waiting += state.letters.count
      return report
    }
  }

  func publish(_ report: ServingReport) { state.withLock { $0.published = report } }
}
