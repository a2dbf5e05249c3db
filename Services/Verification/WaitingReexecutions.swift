internal import Evidence
internal import Exact
internal import Receipts
internal import Synchronization

/// Re-executions that wait for the engine. When it comes to one, those of the same model that wait behind it are taken
/// along, and their tokens share passes.
///
/// Each has a place in the engine's queue, so that all that waits there, of whatever kind, has one limit and one order.
final class WaitingReexecutions: Sendable {
  /// Most tokens, of prompts and answers together, that are taken along; a longer answer is taken alone. A pass takes
  /// 256. An answer below that fills none, and would read all weights for the few tokens that it has; one above fills
  /// passes by itself and gains nothing but what its last one lacks. Of four passes at most the last is not full: more
  /// would save little, and hold more keys and values.
  static let batchTokensMax = 1024

  /// Bytes of all openings for each token: an honest answer's are fewer.
  private static let tokenBytesMax = 128

  struct Call: Sendable {
    let opened: OpenedExecution
    let stop: StopFlag
    let answer: CheckedContinuation<Judgement, any Error>

    /// What the statement says, which its judge holds against request and answer before anything is computed. Pieces that
    /// are larger than so many tokens ever are count as what they take to be read.
    var tokens: Int {
      let (stated, overflow) = opened.execution.promptTokens.addingReportingOverflow(
        opened.execution.completionTokens)
      return overflow ? .max : max(stated, opened.openedBytes / WaitingReexecutions.tokenBytesMax, 1)
    }
  }

  private typealias Waiting = (call: Call, ticket: EngineThread.Ticket)

  private let engine: EngineThread
  /// Oldest first, as their places in the engine's queue are.
  private let waiting = Mutex<[Waiting]>([])

  init(_ engine: EngineThread) { self.engine = engine }

  /// Queues a call, whose answer comes from who takes it; at once where its caller has gone or too much is waiting.
  ///
  /// - Parameter work: done on the engine's thread, unless the call was taken along before: it has to ask for the
  ///   `nextBatch`.
  func add(_ call: Call, _ work: @escaping @Sendable () -> Void) {
    waiting.withLock { waiting in
      // Who goes after this finds the call in the list.
      if call.stop.isSet { return call.answer.resume(returning: .undecided(.cancelled)) }
      do { waiting.append((call, try engine.submit(work))) } catch { call.answer.resume(throwing: error) }
    }
  }

  /// Ends a call whose caller has gone, if it still waits; its place is free.
  func leave(_ stop: StopFlag) {
    stop.set()
    waiting.withLock { waiting in
      guard let at = waiting.firstIndex(where: { $0.call.stop === stop }), engine.withdraw(waiting[at].ticket) else {
        return
      }
      waiting.remove(at: at).call.answer.resume(returning: .undecided(.cancelled))
    }
  }

  /// The oldest, whose turn it is, and those that are taken along. On the engine's thread.
  func nextBatch() -> [Call] {
    waiting.withLock { waiting in
      guard let oldest = waiting.first?.call else { return [] }
      var batch = [oldest]
      var rest: [Waiting] = []
      var room = Self.batchTokensMax - min(Self.batchTokensMax, oldest.tokens)
      for other in waiting.dropFirst() {
        guard other.call.opened.manifestDigest == oldest.opened.manifestDigest else {
          rest.append(other)
          continue
        }
        let fits = other.call.tokens <= room
        // The first that does not fit ends it: nobody younger overtakes it.
        room = fits ? room - other.call.tokens : 0
        if fits, engine.withdraw(other.ticket) { batch.append(other.call) } else { rest.append(other) }
      }
      waiting = rest
      return batch.filter { call in
        let hasGone = call.stop.isSet
        if hasGone { call.answer.resume(returning: .undecided(.cancelled)) }
        return !hasGone
      }
    }
  }
}
