import Glibc

/// State that threads use one at a time, and whose change they can wait for (Hoare, 1974).
///
/// `Mutex` of the standard library has no waiting.
///
/// Safety of `@unchecked Sendable`: `state` is read and written under `lock` alone.
final class Monitor<State>: @unchecked Sendable {
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let change = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var state: State

  init(_ state: sending State) {
    self.state = state
    pthread_mutex_init(lock, nil)
    pthread_cond_init(change, nil)
  }

  deinit {
    pthread_cond_destroy(change)
    pthread_mutex_destroy(lock)
    change.deallocate()
    lock.deallocate()
  }

  /// Reads it, or changes what nobody waits for.
  func withLock<Value>(_ body: (inout State) -> Value) -> Value {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return body(&state)
  }

  /// Changes it, and has all who wait look again.
  func update<Value>(_ body: (inout State) -> Value) -> Value {
    pthread_mutex_lock(lock)
    defer {
      pthread_cond_broadcast(change)
      pthread_mutex_unlock(lock)
    }
    return body(&state)
  }

  /// Waits until the state is as wanted, and then uses it before anybody else can.
  func wait<Value>(until isWanted: (State) -> Bool, _ body: (inout State) -> Value) -> Value {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    while !isWanted(state) { pthread_cond_wait(change, lock) }
    return body(&state)
  }
}
