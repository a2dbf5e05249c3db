internal import Dispatch

/// Runs work that waits for a disk on threads of its own, so that the few threads of Swift's tasks never do.
struct DiskQueue: Sendable {
  private let queue: DispatchQueue

  init(_ label: String, concurrent: Bool) {
    queue = DispatchQueue(label: label, attributes: concurrent ? .concurrent : [])
  }

  func run<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
      queue.async { continuation.resume(with: Result { try body() }) }
    }
  }
}
