import Foundation
import Stores
import Synchronization
import Testing

@Suite("Work on the jobs of a queue")
struct JobWorkerTests {
  private struct Broken: Error {}

  private final class Clock: Sendable {
    private let state = Mutex<(milliseconds: Int64, looks: Int)>((0, 0))

    var looks: Int { state.withLock { $0.looks } }
    func add(_ time: Int64) { state.withLock { $0.milliseconds += time } }
    func now() -> Int64 {
      state.withLock {
        $0.looks += 1
        return $0.milliseconds
      }
    }
  }

  private static func worker(_ clock: Clock, _ backend: Backend = .sqlite, leaseMs: Int64 = 60_000) async throws
    -> JobWorker
  {
    let path = FileManager.default.temporaryDirectory.appending(path: "colophon-jobs-\(UUID().uuidString)/o.sqlite")
    let queue = try await Outbox(backend.location(path.path)).jobs
    try await queue.put("job", [7], dueUnixMs: 0)
    return JobWorker(queue, leaseMs: leaseMs, retryMs: 10, retryMsMax: 25) { clock.now() }
  }

  @Test("What fails comes again after a wait that doubles up to its limit", arguments: Backend.allCases)
  func retries(_ backend: Backend) async throws {
    let clock = Clock()
    let worker = try await Self.worker(clock, backend)
    for (attempt, wait) in [(1, 10), (2, 20), (3, 25), (4, 25)] as [(Int64, Int64)] {
      let isBusy = try await worker.round { _ in
        throw Broken()
      } failed: { job, error, isStopping in
        #expect(job.id == "job" && job.payload == [7] && job.attempt == attempt && error is Broken && !isStopping)
        #expect((try? await worker.putOff(job, isStopping: isStopping)) == wait)
      }
      #expect(isBusy)
      clock.add(wait - 1)
      #expect(try await !worker.round({ _ in Issue.record("not before its time") }, failed: { _, _, _ in }))
      clock.add(1)
    }
    #expect(try await worker.round({ _ = try await worker.queue.finish($0) }, failed: { _, _, _ in }))
    #expect(try await worker.queue.count() == 0)
  }

  @Test("What waits for something has not failed: its attempts are not counted", arguments: Backend.allCases)
  func waits(_ backend: Backend) async throws {
    let clock = Clock()
    let worker = try await Self.worker(clock, backend)
    for wait in [10, 500, 10] as [Int64] {
      let isBusy = try await worker.round { _ in
        throw Broken()
      } failed: { job, _, _ in
        #expect(job.attempt == 1)
        await #expect(throws: Never.self) { try await worker.postpone(job, waitMs: wait) }
      }
      #expect(isBusy)
      clock.add(wait - 1)
      #expect(try await !worker.round({ _ in Issue.record("not before its time") }, failed: { _, _, _ in }))
      clock.add(1)
    }
    // Whoever has lost the job moves nothing.
    let job = try #require(try await worker.queue.take(1, nowUnixMs: clock.now(), leaseMs: 5).first)
    clock.add(6)
    _ = try await worker.queue.take(1, nowUnixMs: clock.now(), leaseMs: 60_000)
    #expect(try await !worker.queue.postpone(job, dueUnixMs: 0))
    #expect(try await worker.queue.take(1, nowUnixMs: clock.now(), leaseMs: 5).isEmpty)
  }

  @Test("A worker that is to stop leaves its job to another at once, and writes that to the end")
  func stops() async throws {
    let clock = Clock()
    let worker = try await Self.worker(clock)
    let task = Task {
      try await worker.round { _ in
        try await Task.sleep(for: .seconds(60))
      } failed: { job, _, isStopping in
        #expect(isStopping && !Task.isCancelled)
        #expect((try? await worker.putOff(job, isStopping: isStopping)) == 0)
      }
    }
    task.cancel()
    // Cancelled before it took the job, it may not have taken it.
    _ = try? await task.value
    #expect(try await worker.round({ _ in }, failed: { _, _, _ in }))
  }

  @Test("The lease is renewed while the work goes on, so that nobody else takes its job")
  func renews() async throws {
    let clock = Clock()
    let worker = try await Self.worker(clock, leaseMs: 30)
    let isBusy = try await worker.round { _ in
      clock.add(29)
      // When the worker looks at the clock for another renewal, the one before it is written.
      let before = clock.looks
      while clock.looks < before + 2 { try await Task.sleep(for: .milliseconds(1)) }
      clock.add(11)
      #expect(try await worker.queue.take(1, nowUnixMs: clock.now(), leaseMs: 30).isEmpty)
    } failed: { _, error, _ in
      Issue.record(error)
    }
    #expect(isBusy)
  }
}
