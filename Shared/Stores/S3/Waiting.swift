internal import Dispatch
internal import Synchronization

/// Waits for an asynchronous call on a thread of our own (``DiskQueue``). Never on one of Swift's tasks: they are few, and
/// the call needs them.
func waiting<T: Sendable>(_ body: @escaping @Sendable () async throws -> T) throws -> T {
  let outcome = Outcome<T>()
  let done = DispatchSemaphore(value: 0)
  Task.detached {
    do { outcome.put(.success(try await body())) } catch { outcome.put(.failure(error)) }
    done.signal()
  }
  done.wait()
  return try outcome.take()
}

private final class Outcome<T: Sendable>: Sendable {
  private let value = Mutex<Result<T, any Error>?>(nil)

  func put(_ result: Result<T, any Error>) { value.withLock { $0 = result } }

  func take() throws -> T {
    guard let result = value.withLock({ $0 }) else { preconditionFailure("the call has ended") }
    return try result.get()
  }
}
