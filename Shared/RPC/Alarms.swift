internal import Synchronization

/// What is to happen at a time, of all calls that are under way.
///
/// Nearly all calls end long before their deadlines, so what counts is the price of one that is set and removed. A task
/// that sleeps until then would stay in memory until then, cancelled or not: tens of thousands, in a busy service.
final class Alarms: Sendable {
  struct Alarm: Sendable {
    fileprivate let tick: Int64
    fileprivate let id: UInt64
  }

  private struct State {
    var made: UInt64 = 0
    var byTick: [Int64: [UInt64: @Sendable () -> Void]] = [:]
    /// Sleeps until the earliest tick that there was when it was started.
    var sleeper: (tick: Int64, task: Task<Void, Never>)?
  }

  static let shared = Alarms()
  /// An alarm goes off at most so long after its time.
  private static let tickMs: Int64 = 5

  private let begun = ContinuousClock.now
  private let state = Mutex(State())

  func set(_ time: ContinuousClock.Instant, _ action: @escaping @Sendable () -> Void) -> Alarm {
    let (seconds, attoseconds) = (time - begun).components
    // No clock that counts for longer.
    let milliseconds = min(seconds, 1 << 32) * 1000 + attoseconds / 1_000_000_000_000_000
    let tick = milliseconds / Self.tickMs + 1
    return state.withLock { state in
      state.made += 1
      state.byTick[tick, default: [:]][state.made] = action
      if tick < state.sleeper?.tick ?? .max { wake(at: tick, &state) }
      return Alarm(tick: tick, id: state.made)
    }
  }

  func remove(_ alarm: Alarm) {
    state.withLock { state in
      state.byTick[alarm.tick]?[alarm.id] = nil
      if state.byTick[alarm.tick]?.isEmpty == true { state.byTick[alarm.tick] = nil }
    }
  }

  private func wake(at tick: Int64, _ state: inout State) {
    state.sleeper?.task.cancel()
    let time = begun + .milliseconds(tick * Self.tickMs)
    let task = Task.detached { [self] in
      do { try await Task.sleep(until: time, tolerance: .zero, clock: .continuous) } catch { return }
      goOff(tick)
    }
    state.sleeper = (tick, task)
  }

  /// How many are set.
  var count: Int { state.withLock { $0.byTick.values.reduce(0) { $0 + $1.count } } }

  /// What remains is looked through only here: once in the time of a call, not once a call.
  private func goOff(_ tick: Int64) {
    let due = state.withLock { state -> [@Sendable () -> Void] in
      // Another, which sleeps until an earlier time, has its place.
      guard state.sleeper?.tick == tick else { return [] }
      let ticks = state.byTick.keys.filter { $0 <= tick }
      let due = ticks.flatMap { state.byTick.removeValue(forKey: $0)?.values.map { $0 } ?? [] }
      state.sleeper = nil
      if let next = state.byTick.keys.min() { wake(at: next, &state) }
      return due
    }
    for action in due { action() }
  }
}
