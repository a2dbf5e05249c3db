import CKernels
import Glibc
import Synchronization

extension ThreadPool {
  /// What the threads of a pool share.
  ///
  /// A job is published by a releasing store of `job number`; each worker runs it exactly once, and the caller returns
  /// only when `unfinished` is 0, so `body` is never read while it is written. Within a job the threads meet at
  /// barriers: the last to arrive resets `cursor` and `arrived` and then releases the others through `phase`. All of
  /// them have finished claiming before they arrive, so nobody claims across a reset.
  ///
  /// Safety of `@unchecked Sendable`: `body` is guarded as said above; everything else is atomic.
  final class Shared: @unchecked Sendable {
    /// A waiting thread first spins, for the few microseconds that a balanced loop needs; then it offers its core to
    /// others at every turn, for they may be what it waits for; an idle worker at last goes to sleep.
    private static let spins = 400
    private static let yields = 1_000

    let threads: Int
    private let jobNumber = Line()
    private let unfinished = Line()
    private let phase = Line()
    private let arrived = Line()
    private let cursor = Line()
    private let sleepers = Line()
    private let stopping = Atomic<Bool>(false)
    private var body: ((Worker) -> Void)?
    private let turn = Monitor(())
    private let sleep = Monitor(())

    init(threads: Int) { self.threads = threads }

    // MARK: The caller

    func run(_ body: @escaping (Worker) -> Void) {
      turn.withLock { _ in
        self.body = body
        unfinished.value.store(threads - 1, ordering: .relaxed)
        jobNumber.value.add(1, ordering: .sequentiallyConsistent)
        if sleepers.value.load(ordering: .sequentiallyConsistent) > 0 { wakeAll() }
        body(Worker(index: 0, count: threads, shared: self))
        var turns = 0
        while unfinished.value.load(ordering: .acquiring) > 0 { wait(&turns) }
        self.body = nil
      }
    }

    func stop() {
      stopping.store(true, ordering: .sequentiallyConsistent)
      wakeAll()
    }

    // MARK: Within a job

    /// The next piece of the loop under way, in order from 0.
    func claim() -> Int { cursor.value.add(1, ordering: .relaxed).oldValue }

    func meet() {
      let current = phase.value.load(ordering: .relaxed)
      guard arrived.value.add(1, ordering: .acquiringAndReleasing).newValue < threads else {
        arrived.value.store(0, ordering: .relaxed)
        cursor.value.store(0, ordering: .relaxed)
        phase.value.store(current &+ 1, ordering: .releasing)
        return
      }
      var turns = 0
      while phase.value.load(ordering: .acquiring) == current { wait(&turns) }
    }

    private func wait(_ turns: inout Int) {
      turns += 1
      if turns <= Self.spins { exact_spin_pause() } else { sched_yield() }
    }

    // MARK: Workers

    func work(index: Int) {
      _ = exact_float_environment_enter()
      var seen = 0
      while next(after: &seen) {
        precondition(exact_float_environment_is_exact() != 0, "a worker lost its floating-point environment")
        body?(Worker(index: index, count: threads, shared: self))
        unfinished.value.subtract(1, ordering: .acquiringAndReleasing)
      }
    }

    /// Waits for a job that this worker has not run. False: the pool ends.
    private func next(after seen: inout Int) -> Bool {
      var turns = 0
      while !stopping.load(ordering: .acquiring) {
        let number = jobNumber.value.load(ordering: .acquiring)
        if number != seen {
          seen = number
          return true
        }
        if turns < Self.spins + Self.yields { wait(&turns) } else { park(seen) }
      }
      return false
    }

    private func park(_ seen: Int) {
      sleepers.value.add(1, ordering: .sequentiallyConsistent)
      defer { sleepers.value.subtract(1, ordering: .sequentiallyConsistent) }
      sleep.wait(
        until: { _ in
          jobNumber.value.load(ordering: .sequentiallyConsistent) != seen || stopping.load(ordering: .acquiring)
        }, { _ in })
    }

    private func wakeAll() { sleep.update { _ in } }
  }

  /// An integer with a cache line to itself: those that spin on one must not slow those that count in another.
  private final class Line: Sendable {
    let value = Atomic<Int>(0)
    private let padding: SIMD16<UInt64> = .zero
  }
}
