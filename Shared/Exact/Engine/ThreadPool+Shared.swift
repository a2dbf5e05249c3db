import CKernels
import Glibc
import Synchronization

extension ThreadPool {
  /// What the threads of a pool share.
  ///
  /// `ticket` is a generation in its high half and the pieces not yet claimed in its low half. A successful exchange
  /// that lowers it claims one piece of *that* generation, and the caller of that generation cannot return before the
  /// piece is counted in `unfinished`; therefore `job` is only read while it is the one published.
  ///
  /// Safety of `@unchecked Sendable`: `job` is written only by the holder of `turn`, before the releasing store of
  /// `ticket`, and read only after an acquiring exchange of it; everything else is atomic or under `lock`.
  final class Shared: @unchecked Sendable {
    private struct Job {
      var count = 0
      var pieces = 1
      var body: ((Range<Int>) -> Void)?
    }

    /// A waiting thread first spins, for the few microseconds that a balanced loop needs; then it offers its core to
    /// others at every turn, for they may be what it waits for; an idle worker at last goes to sleep.
    private static let spins = 300
    private static let yields = 1_000
    private let ticket = Atomic<UInt64>(0)
    private let unfinished = Atomic<Int>(0)
    private let sleepers = Atomic<Int>(0)
    private let stopping = Atomic<Bool>(false)
    private var job = Job()
    private let turn = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
      pthread_mutex_init(turn, nil)
      pthread_mutex_init(lock, nil)
      pthread_cond_init(wake, nil)
    }

    deinit {
      pthread_cond_destroy(wake)
      pthread_mutex_destroy(lock)
      pthread_mutex_destroy(turn)
      wake.deallocate()
      lock.deallocate()
      turn.deallocate()
    }

    func run(count: Int, pieces: Int, _ body: @escaping (Range<Int>) -> Void) {
      pthread_mutex_lock(turn)
      defer { pthread_mutex_unlock(turn) }
      job = Job(count: count, pieces: pieces, body: body)
      unfinished.store(pieces, ordering: .relaxed)
      let generation = ticket.load(ordering: .relaxed) >> 32 &+ 1
      ticket.store(generation << 32 | UInt64(pieces), ordering: .sequentiallyConsistent)
      if sleepers.load(ordering: .sequentiallyConsistent) > 0 { wakeAll() }

      while claimAndRun() {}
      var spins = 0
      while unfinished.load(ordering: .acquiring) > 0 {
        spins += 1
        wait(turn: spins)
      }
      job.body = nil
    }

    /// Does one piece if any is left.
    private func claimAndRun() -> Bool {
      var seen = ticket.load(ordering: .acquiring)
      while seen & 0xffff_ffff > 0 {
        let (exchanged, original) = ticket.weakCompareExchange(
          expected: seen, desired: seen - 1, successOrdering: .acquiringAndReleasing, failureOrdering: .acquiring)
        guard exchanged else {
          seen = original
          continue
        }
        precondition(exact_float_environment_is_exact() != 0, "a worker lost its floating-point environment")
        let piece = Int(seen & 0xffff_ffff) - 1
        let (count, pieces) = (job.count, job.pieces)
        job.body?(count * piece / pieces..<count * (piece + 1) / pieces)
        unfinished.subtract(1, ordering: .acquiringAndReleasing)
        return true
      }
      return false
    }

    // MARK: Workers

    func work() {
      _ = exact_float_environment_enter()
      var idle = 0
      while !stopping.load(ordering: .acquiring) {
        if claimAndRun() {
          idle = 0
        } else if idle < Self.spins + Self.yields {
          idle += 1
          wait(turn: idle)
        } else {
          park()
          idle = 0
        }
      }
    }

    private func wait(turn: Int) {
      if turn <= Self.spins { exact_spin_pause() } else { sched_yield() }
    }

    private func park() {
      pthread_mutex_lock(lock)
      sleepers.add(1, ordering: .sequentiallyConsistent)
      while ticket.load(ordering: .sequentiallyConsistent) & 0xffff_ffff == 0, !stopping.load(ordering: .acquiring) {
        pthread_cond_wait(wake, lock)
      }
      sleepers.subtract(1, ordering: .sequentiallyConsistent)
      pthread_mutex_unlock(lock)
    }

    private func wakeAll() {
      pthread_mutex_lock(lock)
      pthread_cond_broadcast(wake)
      pthread_mutex_unlock(lock)
    }

    func stop() {
      stopping.store(true, ordering: .sequentiallyConsistent)
      wakeAll()
    }
  }
}
