/// One thread that does engine work in the order it came, so that neither the network's threads nor Swift's cooperative
/// ones ever wait for a forward pass. What would wait too long is refused at once.
public final class EngineThread: Sendable {
  /// The queue is full.
  public struct Full: Error, Equatable, Sendable, CustomStringConvertible {
    public let waiting: Int

    public var description: String { "\(waiting) requests are waiting already, which is the limit: try again later" }
  }

  /// Names a piece of work that was queued.
  public struct Ticket: Hashable, Sendable { fileprivate let number: UInt64 }

  private struct Queue {
    var work: [(ticket: Ticket, body: @Sendable () -> Void)] = []
    var tickets: UInt64 = 0
    var isBusy = false
    var isStopping = false

    /// An idle thread takes one item at once, which therefore does not wait.
    var waiting: Int { max(0, work.count - (isBusy ? 0 : 1)) }
  }

  private let waitingMax: Int
  private let queue = Monitor(Queue())
  private let thread: OwnedThread

  /// - Parameter waitingMax: work that may wait behind what is running.
  /// - Throws: `threadNotStarted`.
  public init(waitingMax: Int) throws(ModelError) {
    self.waitingMax = waitingMax
    thread = try OwnedThread { [queue] in Self.drain(queue) }
  }

  /// Work that was accepted is done first.
  deinit { queue.update { $0.isStopping = true } }

  /// Work that waits, without what is running.
  public var waiting: Int { queue.withLock { $0.waiting } }

  /// Queues work. Throws when too much is waiting.
  @discardableResult
  public func submit(_ work: @escaping @Sendable () -> Void) throws(Full) -> Ticket {
    let queued = queue.update { queue -> Result<Ticket, Full> in
      guard queue.work.count < waitingMax + (queue.isBusy ? 0 : 1) else {
        return .failure(Full(waiting: queue.work.count))
      }
      queue.tickets += 1
      queue.work.append((Ticket(number: queue.tickets), work))
      return .success(Ticket(number: queue.tickets))
    }
    return try queued.get()
  }

  /// Takes work out of the queue, unless its turn has come: it will not be done, and others may wait in its place.
  public func withdraw(_ ticket: Ticket) -> Bool {
    queue.update { queue in
      guard let at = queue.work.firstIndex(where: { $0.ticket == ticket }) else { return false }
      queue.work.remove(at: at)
      return true
    }
  }

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

  private static func drain(_ queue: Monitor<Queue>) {
    while let work = next(queue) {
      work()
      queue.withLock { $0.isBusy = false }
    }
  }

  /// Nil: nothing is left, and nothing will come.
  private static func next(_ queue: Monitor<Queue>) -> (@Sendable () -> Void)? {
    queue.wait(until: { !$0.work.isEmpty || $0.isStopping }) { queue in
      guard !queue.work.isEmpty else { return nil }
      queue.isBusy = true
      return queue.work.removeFirst().body
    }
  }
}
