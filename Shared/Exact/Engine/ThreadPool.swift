import CKernels
import Glibc
import Synchronization

/// Threads that share loops whose iterations are independent. The caller is one of them: a pool of one starts none.
///
/// They are our own threads, because a forward pass has hundreds of barriers of a few microseconds each and must
/// never wait behind other tasks of the cooperative pool. Every thread runs with the floating-point environment of
/// `exact/1`. Work is claimed in small pieces, so a thread that the system has taken off its core holds up at most
/// one of them. Bits cannot depend on the count or on who did what: a piece writes only its own output.
///
/// Several sessions may share one pool; their loops then take turns.
public final class ThreadPool: Sendable {
  public static let maxThreads = 256

  /// Including the caller.
  public let threads: Int

  private let shared: Shared
  private let workers: [pthread_t]

  /// Errors: `badThreadCount`, `threadNotStarted`.
  public init(threads: Int) throws(ModelError) {
    guard (1...Self.maxThreads).contains(threads) else {
      throw .badThreadCount(threads, limit: Self.maxThreads)
    }
    self.threads = threads
    let shared = Shared()
    self.shared = shared
    var workers: [pthread_t] = []
    for _ in 1..<threads {
      var thread = pthread_t()
      let argument = Unmanaged.passRetained(shared)
      let code = pthread_create(
        &thread, nil,
        { argument in
          if let argument { Unmanaged<Shared>.fromOpaque(argument).takeRetainedValue().work() }
          return nil
        }, argument.toOpaque())
      guard code == 0 else {
        argument.release()
        Self.stop(shared, workers)
        throw .threadNotStarted(errno: code)
      }
      workers.append(thread)
    }
    self.workers = workers
  }

  deinit { Self.stop(shared, workers) }

  private static func stop(_ shared: Shared, _ workers: [pthread_t]) {
    shared.stop()
    for worker in workers { pthread_join(worker, nil) }
  }

  /// Runs `body` over disjoint ranges that cover `0..<count`, on any of the threads, and returns when all have ended.
  /// `body` must not call `parallel` of the same pool.
  public func parallel(over count: Int, _ body: (Range<Int>) -> Void) {
    guard count > 0 else { return }
    let previous = exact_float_environment_enter()
    defer { exact_float_environment_leave(previous) }
    guard threads > 1, count > 1 else { return body(0..<count) }
    withoutActuallyEscaping(body) { shared.run(count: count, pieces: min(count, threads * 4), $0) }
  }
}
