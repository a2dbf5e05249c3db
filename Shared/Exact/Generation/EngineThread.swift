import Glibc

/// One thread that does engine work in the order it came, so that neither the network's threads nor Swift's cooperative
/// ones ever wait for a forward pass. What would wait too long is refused at once.
public final class EngineThread: Sendable {
  /// The queue is full.
  public struct Full: Error, Equatable, Sendable, CustomStringConvertible {
    public let waiting: Int

    public var description: String { "\(waiting) requests are waiting already, which is the limit: try again later" }
  }

  private let queue: WorkQueue
  private let thread: pthread_t

  /// - Parameter waitingMax: work that may wait behind what is running.
  /// - Throws: `threadNotStarted`.
  public init(waitingMax: Int) throws(ModelError) {
    let queue = WorkQueue(waitingMax: waitingMax)
    self.queue = queue
    var thread = pthread_t()
    let argument = Unmanaged.passRetained(queue)
    let code = pthread_create(
      &thread, nil,
      { argument in
        if let argument { Unmanaged<WorkQueue>.fromOpaque(argument).takeRetainedValue().drain() }
        return nil
      }, argument.toOpaque())
    guard code == 0 else {
      argument.release()
      throw .threadNotStarted(errno: code)
    }
    self.thread = thread
  }

  /// Work that was accepted is done first.
  deinit {
    queue.stop()
    // The last reference may be dropped by work itself; a thread cannot wait for its own end.
    if pthread_equal(thread, pthread_self()) != 0 { pthread_detach(thread) } else { pthread_join(thread, nil) }
  }

  /// Work that waits, without what is running.
  public var waiting: Int { queue.waiting }

  /// Queues work. Throws when too much is waiting.
  public func submit(_ work: @escaping @Sendable () -> Void) throws(Full) { try queue.put(work) }

  /// Does work on the thread and returns what it returned.
  public func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      do {
        try submit { continuation.resume(with: Result { try work() }) }
      } catch {
        continuation.resume(throwing: error)
      }
    }
  }
}

/// Safety of `@unchecked Sendable`: every stored variable is read and written under `lock`.
private final class WorkQueue: @unchecked Sendable {
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let waitingMax: Int
  private var work: [@Sendable () -> Void] = []
  private var isBusy = false
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

  private func locked<Value>(_ body: () -> Value) -> Value {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return body()
  }

  var waiting: Int { locked { max(0, work.count - (isBusy ? 0 : 1)) } }

  func put(_ item: @escaping @Sendable () -> Void) throws(EngineThread.Full) {
    let full = locked { () -> Int? in
      // An idle thread takes one item at once, which therefore does not wait.
      guard work.count < waitingMax + (isBusy ? 0 : 1) else { return work.count }
      work.append(item)
      pthread_cond_signal(wake)
      return nil
    }
    if let full { throw EngineThread.Full(waiting: full) }
  }

  func stop() {
    locked {
      isStopping = true
      pthread_cond_signal(wake)
    }
  }

  func drain() {
    while let item = next() {
      item()
      locked { isBusy = false }
    }
  }

  private func next() -> (@Sendable () -> Void)? {
    locked {
      while work.isEmpty, !isStopping { pthread_cond_wait(wake, lock) }
      guard !work.isEmpty else { return nil }
      isBusy = true
      return work.removeFirst()
    }
  }
}
