import CKernels

/// Threads that work on one thing together. The caller is one of them: a pool of one starts none.
///
/// They are our own threads, because a forward pass has hundreds of barriers of a few microseconds each and must
/// never wait behind other tasks of the cooperative pool. Every thread runs with the floating-point environment of
/// `exact/1`. Bits cannot depend on the count or on who did what: a piece of work writes only its own output.
///
/// Several callers may share one pool; they then take turns.
public final class ThreadPool: Sendable {
  public static let maxThreads = 256

  /// Including the caller.
  public let threads: Int

  private let shared: Shared
  private let workers: [OwnedThread]

  /// - Parameter pinned: each thread but the caller stays on a processor of its own, as far as this process has that
  ///   many. For a pool that has the machine to itself; a hint, whose failure does not matter.
  /// - Throws: `badThreadCount`, `threadNotStarted`.
  public init(threads: Int, pinned: Bool = false) throws(ModelError) {
    guard (1...Self.maxThreads).contains(threads) else {
      throw .badThreadCount(threads, limit: Self.maxThreads)
    }
    self.threads = threads
    let shared = Shared(threads: threads)
    self.shared = shared
    var workers: [OwnedThread] = []
    do {
      for index in 1..<threads {
        workers.append(
          try OwnedThread {
            if pinned { exact_pin_thread(index, threads) }
            shared.work(index: index)
          })
      }
    } catch {
      shared.stop()
      throw error
    }
    self.workers = workers
  }

  deinit { shared.stop() }

  /// Runs `body` once on every thread and returns when all have ended. Inside, the threads share loops and meet at
  /// barriers; every worker must reach the same ones. `body` must not call the same pool.
  public func team(_ body: (Worker) -> Void) {
    let previous = exact_float_environment_enter()
    defer { exact_float_environment_leave(previous) }
    guard threads > 1 else { return body(Worker(index: 0, count: 1, shared: shared)) }
    withoutActuallyEscaping(body) { shared.run($0) }
  }

  /// Runs `body` over disjoint ranges that cover `0..<count`, on any of the threads, and returns when all have ended.
  /// `body` must not call the same pool.
  public func parallel(over count: Int, _ body: (Range<Int>) -> Void) {
    guard count > 0 else { return }
    guard threads > 1, count > 1 else {
      let previous = exact_float_environment_enter()
      defer { exact_float_environment_leave(previous) }
      return body(0..<count)
    }
    team { $0.share(count, body) }
  }
}

/// One thread of a team, while it works.
public struct Worker {
  /// 0 is the caller.
  public let index: Int
  /// Threads in the team.
  public let count: Int
  fileprivate unowned(unsafe) let shared: ThreadPool.Shared

  init(index: Int, count: Int, shared: ThreadPool.Shared) {
    self.index = index
    self.count = count
    self.shared = shared
  }

  /// A loop over `0..<total` in disjoint ranges, whoever is free taking the next; then a barrier.
  ///
  /// Ranges are small, so that a thread which the system has taken off its core holds up at most one of them.
  /// - Parameter grain: smallest length of a range.
  public func share(_ total: Int, grain: Int = 1, _ body: (Range<Int>) -> Void) {
    guard count > 1 else { return total > 0 ? body(0..<total) : () }
    let pieces = min((total + grain - 1) / grain, 4 * count)
    while true {
      let piece = shared.claim()
      guard piece < pieces else { break }
      body(total * piece / pieces..<total * (piece + 1) / pieces)
    }
    shared.meet()
  }
}
