import Foundation

/// Keeps the five services running: one that dies is started again on its port, and all stop together.
actor Supervisor {
  /// Deaths within `quick` of a start, one after another, before it gives up: a minute of trying, as the pauses grow.
  private static let deathsMax = 20
  private static let pauseMsMax = 3200
  private static let quick = Duration.seconds(3)
  private static let patience = Duration.seconds(30)

  private let start: @Sendable (String, _ port: Int) throws -> Child
  private var children: [String: Child] = [:]
  private var keepers: [String: Task<Void, Never>] = [:]
  private var stopping = false
  private var failure: Failure?
  private let whenFailed: AsyncStream<Void>.Continuation
  /// Yields once when a service cannot be kept running.
  nonisolated let failed: AsyncStream<Void>

  init(start: @escaping @Sendable (String, _ port: Int) throws -> Child) {
    self.start = start
    (failed, whenFailed) = AsyncStream.makeStream()
  }

  /// Starts a service and waits until it listens. Returns its port.
  func run(_ service: String, port: Int) async throws -> Int {
    let child = try start(service, port)
    children[service] = child
    guard let bound = await child.port() else {
      throw Failure("\(service) ended with status \(await child.status()) before it listened: see its log", status: 71)
    }
    keepers[service] = Task { await keep(service, port: bound) }
    return bound
  }

  private func keep(_ service: String, port: Int) async {
    var deaths = 0
    var born = ContinuousClock.now
    while let child = children[service] {
      let status = await child.status()
      if stopping { return }
      deaths = ContinuousClock.now - born < Self.quick ? deaths + 1 : 1
      guard deaths < Self.deathsMax else { return giveUp(service, status) }
      Console.error("\(service) (pid \(child.pid)) ended with status \(status): starting it again on port \(port)")
      try? await Task.sleep(for: .milliseconds(min(100 << deaths, Self.pauseMsMax)))
      if stopping { return }
      born = .now
      do { children[service] = try start(service, port) } catch { return giveUp(service, status) }
    }
  }

  private func giveUp(_ service: String, _ status: Int32) {
    failure = Failure(
      "\(service) died \(Self.deathsMax) times in a row, last with status \(status): see its log", status: 71)
    whenFailed.yield()
  }

  /// Asks all to end, and ends those that do not. Returns why the suite failed, nil when it did not.
  func stop() async -> Failure? {
    stopping = true
    let all = Array(children.values)
    for child in all { child.stop() }
    let impatience = Task {
      try await Task.sleep(for: Self.patience)
      for child in all { child.kill() }
    }
    for child in all { _ = await child.status() }
    impatience.cancel()
    return failure
  }
}
