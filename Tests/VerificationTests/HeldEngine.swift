import Dispatch
import Exact
import Synchronization
import Wire

@testable import VerificationService

/// A service whose engine does nothing until it is let, so that what is posted meanwhile meets.
final class HeldEngine: Sendable {
  struct Otherwise: Error { let waiting: Int }

  /// Work that ends when it is let, or after long.
  final class Hold: Sendable {
    private let gate = DispatchSemaphore(value: 0)
    private let isOver = Mutex(false)

    fileprivate func wait() {
      _ = gate.wait(timeout: .now() + 120)
      isOver.withLock { $0 = true }
    }

    func end() { gate.signal() }

    /// Whether the engine has not got past it.
    var isHolding: Bool { !isOver.withLock { $0 } }
  }

  let service: VerificationService

  init(waitingMax: Int = 64) async throws {
    let folder = try await VerificationFixture.suite().folder
    service = try VerificationFixture.verification(
      VerificationSettings(models: folder.path, threads: 2, waitingMax: waitingMax))
  }

  /// Nothing that is posted later runs before it has ended.
  func hold() throws -> Hold {
    let hold = Hold()
    try service.engine.submit { hold.wait() }
    return hold
  }

  /// Posts a call, and returns when it waits, behind all that was posted before.
  func post(_ execution: Execution) async throws -> Task<Verdict, any Error> {
    let before = service.engine.waiting
    let call = Task { [service] in try await VerificationFixture.reexecute(execution, by: service) }
    try await waits(before + 1)
    return call
  }

  /// Returns when so much waits behind what runs.
  func waits(_ count: Int) async throws {
    for _ in 0..<60_000 where service.engine.waiting != count { try await Task.sleep(for: .milliseconds(1)) }
    guard service.engine.waiting == count else { throw Otherwise(waiting: service.engine.waiting) }
  }
}
