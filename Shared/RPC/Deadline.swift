/// Runs `work` and cancels it at `deadline`. Work that ends after it has failed, whatever it returned.
///
/// The work is awaited even then: nothing that a call started outlives the call.
func withDeadline<Value: Sendable>(
  _ deadline: ContinuousClock.Instant?, _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
  guard let deadline else { return try await work() }
  let late = RPCError(.deadlineExceeded, "the deadline passed before the call ended")
  guard deadline > .now else { throw late }
  return try await withThrowingTaskGroup(of: Value?.self) { group in
    group.addTask {
      do { return try await work() } catch {
        if deadline <= .now { throw late }
        throw error
      }
    }
    group.addTask {
      try await Task.sleep(until: deadline, tolerance: .zero, clock: .continuous)
      return nil
    }
    defer { group.cancelAll() }
    while let finished = try await group.next() {
      guard let value = finished else { throw late }
      return value
    }
    throw late
  }
}
