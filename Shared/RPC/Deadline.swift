/// Runs `work` and cancels it at `deadline`. Work that ends after it has failed, whatever it returned.
///
/// The work is awaited even then: nothing that a call started outlives the call.
func withDeadline<Value: Sendable>(
  _ deadline: ContinuousClock.Instant?, _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
  guard let deadline else { return try await work() }
  let late = RPCError(.deadlineExceeded, "the deadline passed before the call ended")
  guard deadline > .now else { throw late }
  let task = Task(operation: work)
  let alarm = Alarms.shared.set(deadline) { task.cancel() }
  defer { Alarms.shared.remove(alarm) }
  let result = await withTaskCancellationHandler {
    await task.result
  } onCancel: {
    task.cancel()
  }
  if deadline <= .now { throw late }
  return try result.get()
}
