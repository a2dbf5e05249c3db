import CKernels
import Exact
import Foundation
import Synchronization
import Testing

@Suite struct EnginePoolTests {
  @Test("a loop covers every index once, for any number of threads", arguments: [1, 2, 3, 8])
  func coversOnce(threads: Int) throws {
    let pool = try ThreadPool(threads: threads)
    for count in [0, 1, 2, 7, 64, 1_000] {
      for _ in 0..<200 {
        let hits = (0..<count).map { _ in Counter() }
        pool.parallel(over: count) { for i in $0 { hits[i].add() } }
        #expect(hits.allSatisfy { $0.value == 1 })
      }
    }
  }

  @Test("threads that have gone to sleep wake up again")
  func wakes() throws {
    let pool = try ThreadPool(threads: 3)
    for _ in 0..<20 {
      usleep(5_000)
      let counter = Counter()
      pool.parallel(over: 100) { for _ in $0 { counter.add() } }
      #expect(counter.value == 100)
    }
  }

  @Test("several callers share one pool")
  func shared() throws {
    let pool = try ThreadPool(threads: 2)
    let counter = Counter()
    DispatchQueue.concurrentPerform(iterations: 4) { _ in
      for _ in 0..<500 { pool.parallel(over: 10) { for _ in $0 { counter.add() } } }
    }
    #expect(counter.value == 4 * 500 * 10)
  }

  @Test(
    "a caller that flushes subnormals to zero gets exact arithmetic inside, and its own state back", arguments: [1, 2])
  func environment(threads: Int) throws {
    let pool = try ThreadPool(threads: threads)
    #if arch(x86_64)
      let flushing: UInt64 = 0x1f80 | 0x8040
    #else
      let flushing: UInt64 = 1 << 24
    #endif
    let before = exact_float_environment_enter()
    exact_float_environment_leave(flushing)
    let outside = exact_float_environment_is_exact()
    let wrong = Counter()
    pool.parallel(over: 64) { for _ in $0 where exact_float_environment_is_exact() == 0 { wrong.add() } }
    let after = exact_float_environment_is_exact()
    exact_float_environment_leave(before)
    #expect(outside == 0)
    #expect(after == 0)
    #expect(wrong.value == 0)
  }

  @Test("a thread count outside the limits is refused", arguments: [-1, 0, 257])
  func limits(threads: Int) {
    #expect(throws: ModelError.badThreadCount(threads, limit: 256)) { try ThreadPool(threads: threads) }
  }
}

/// An integer that threads add to.
final class Counter: Sendable {
  private let count = Atomic<Int>(0)
  var value: Int { count.load(ordering: .sequentiallyConsistent) }
  func add() { count.add(1, ordering: .sequentiallyConsistent) }
}
