internal import Glibc

/// Threads that wait for PostgreSQL, each with a session of its own, so that the few threads of Swift's tasks and the
/// network's never do.
final class PostgresThreads: Sendable {
  typealias Work = @Sendable (PostgresSession) -> Void

  private let queue: SessionQueue

  /// Errors: ``PostgresError/unreachable(_:)`` when there are no more threads.
  init(count: Int, waitingMax: Int, session: @escaping @Sendable () -> PostgresSession) throws {
    queue = SessionQueue(waitingMax: waitingMax)
    for _ in 0..<count {
      let start = Unmanaged.passRetained(ThreadStart(queue: queue, session: session))
      var thread = pthread_t()
      let code = pthread_create(
        &thread, nil,
        { argument in
          if let argument {
            let start = Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
            start.queue.drain(start.session())
          }
          return nil
        }, start.toOpaque())
      guard code == 0 else {
        start.release()
        queue.stop()
        throw PostgresError.unreachable("no thread for it: \(String(cString: strerror(code)))")
      }
      pthread_detach(thread)
    }
  }

  /// Work that was accepted is done first.
  deinit { queue.stop() }

  /// Does work on one of the threads. Errors: ``PostgresError/busy(waiting:)``.
  func run<T: Sendable>(_ work: @escaping @Sendable (PostgresSession) throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
      let isTaken = queue.put { session in continuation.resume(with: Result { try work(session) }) }
      if !isTaken { continuation.resume(throwing: PostgresError.busy(waiting: queue.waitingMax)) }
    }
  }
}

private final class ThreadStart: Sendable {
  let queue: SessionQueue
  let session: @Sendable () -> PostgresSession

  init(queue: SessionQueue, session: @escaping @Sendable () -> PostgresSession) {
    self.queue = queue
    self.session = session
  }
}

/// Safety of `@unchecked Sendable`: every stored variable is read and written under `lock`.
private final class SessionQueue: @unchecked Sendable {
  let waitingMax: Int
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var work: ArraySlice<PostgresThreads.Work> = []
  private var isStopping = false

  init(waitingMax: Int) {
    self.waitingMax = waitingMax
    pthread_mutex_init(lock, nil)
    pthread_cond_init(wake, nil)
  }

  deinit {
    pthread_cond_destroy(wake)
    pthread_mutex_destroy(lock)
    wake.deallocate()
    lock.deallocate()
  }

  func put(_ item: @escaping PostgresThreads.Work) -> Bool {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    guard work.count < waitingMax, !isStopping else { return false }
    work.append(item)
    pthread_cond_signal(wake)
    return true
  }

  func stop() {
    pthread_mutex_lock(lock)
    isStopping = true
    pthread_cond_broadcast(wake)
    pthread_mutex_unlock(lock)
  }

  /// The life of a thread.
  func drain(_ session: PostgresSession) {
    while let item = take() { item(session) }
  }

  private func take() -> PostgresThreads.Work? {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    while work.isEmpty, !isStopping { pthread_cond_wait(wake, lock) }
    return work.popFirst()
  }
}
