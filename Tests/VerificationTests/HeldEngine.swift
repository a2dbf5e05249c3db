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
    private enum State { case waiting, running, over }

    private let gate = DispatchSemaphore(value: 0)
    private let state = Mutex(State.waiting)

    fileprivate func wait() {
      state.withLock { $0 = .running }
      _ = gate.wait(timeout: .now() + 120)
      state.withLock { $0 = .over }
    }

    func end() { gate.signal() }

    fileprivate var hasBegun: Bool { state.withLock { $0 != .waiting } }
    /// Whether the engine has not got past it.
    var isHolding: Bool { state.withLock { $0 != .over } }
  }

  let service: VerificationService

  init(waitingMax: Int = 64) async throws {
    let folder = try await VerificationFixture.suite().folder
    service = try VerificationFixture.verification(
      VerificationSettings(models: folder.path, threads: 2, waitingMax: waitingMax))
  }

  /// Keeps an engine that has nothing to do from all that is posted later; returns when it is at it.
  func hold() async throws -> Hold {
    let hold = try holdBehind()
    try await until { hold.hasBegun }
    return hold
  }

  /// Keeps the engine, when it has done what waits, from all that is posted later.
  func holdBehind() throws -> Hold {
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
    try await until { service.engine.waiting == count }
  }

  private func until(_ isSo: () -> Bool) async throws {
    for _ in 0..<60_000 {
      if isSo() { return }
      try await Task.sleep(for: .milliseconds(1))
    }
    throw Otherwise(waiting: service.engine.waiting)
  }
}
