import Synchronization

/// Stops, or does something else, at the n-th step after it was armed.
final class StepFault<Step: Sendable>: Sendable {
  private let state = Mutex<(left: Int?, hit: Step?)>((nil, nil))
  let action: @Sendable () throws -> Void

  init(_ action: @escaping @Sendable () throws -> Void = { throw Stopped() }) { self.action = action }

  /// 1 is the next step.
  func arm(at step: Int) { state.withLock { $0 = (step, nil) } }
  /// The step at which it acted.
  var hit: Step? { state.withLock { $0.hit } }

  @Sendable func callAsFunction(_ step: Step) throws {
    let acts = state.withLock { state in
      guard let left = state.left else { return false }
      state.left = left > 1 ? left - 1 : nil
      if left == 1 { state.hit = step }
      return left == 1
    }
    if acts { try action() }
  }
}
