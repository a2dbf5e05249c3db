internal import Synchronization

/// A wish to end one generation. Set once, from anywhere.
final class StopFlag: Sendable {
  private let flag = Atomic<Bool>(false)

  var isSet: Bool { flag.load(ordering: .acquiring) }
  func set() { flag.store(true, ordering: .releasing) }
}

/// The generations that run or wait, by receipt id, so that `Cancel` finds them.
final class RunningGenerations: Sendable {
  private let flags = Mutex<[String: StopFlag]>([:])

  /// Nil when the id is in use.
  func add(_ id: String) -> StopFlag? {
    flags.withLock { flags in
      guard flags[id] == nil else { return nil }
      let flag = StopFlag()
      flags[id] = flag
      return flag
    }
  }

  func remove(_ id: String) { flags.withLock { _ = $0.removeValue(forKey: id) } }

  /// Whether there was one to end.
  func cancel(_ id: String) -> Bool {
    guard let flag = flags.withLock({ $0[id] }) else { return false }
    flag.set()
    return true
  }
}
