public import Exact

/// What came of executing an answer again.
public enum Judgement: Sendable, Equatable {
  /// Every generated token was recomputed, and the activation chain is the signed one.
  case agrees(positions: Int)
  /// `positions`: generated tokens that were recomputed before the judgement stood.
  case differs(Finding, positions: Int)
  /// Nothing is known about the executor: the model is another, the work was cancelled, or the engine failed.
  case undecided(GenerationError)
}

extension OpenedExecution {
  /// Executes the answer again: the one judge of the verification service and of the command line.
  ///
  /// - Parameters:
  ///   - isCancelled: asked at each generated position.
  ///   - model: asked once, for the model of `manifest`, and only when the statement does not contradict its own
  ///     openings. What it throws is thrown on; another model than the manifest's is undecided.
  public func judge(
    pool: ThreadPool, isCancelled: () -> Bool = { false }, model: () throws -> ChatModel
  ) rethrows -> Judgement {
    let stated: StatedExecution
    do { stated = try StatedExecution(self) } catch { return .differs(error, positions: 0) }
    let model = try model()
    do { try model.identity.require(ModelIdentity(manifest)) } catch { return .undecided(error) }
    let claim: Reexecution.Claim
    do { claim = try stated.claim(self, on: model) } catch { return .differs(error, positions: 0) }
    let result: Reexecution
    do {
      result = try Reexecution.check(claim, on: model, pool: pool, isCancelled: isCancelled)
    } catch { return .undecided(error) }
    switch result.outcome {
    case .agrees: return .agrees(positions: result.positions)
    case .diverges(let position, let finding):
      return .differs(Finding("\(finding)", position: position), positions: result.positions)
    }
  }
}
