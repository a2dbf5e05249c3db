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
  /// Executes the answer again.
  ///
  /// - Parameters:
  ///   - isCancelled: asked before each pass and each block of rows.
  ///   - model: asked once, for the model of `manifest`, and only when the statement does not contradict its own
  ///     openings. What it throws is thrown on; another model than the manifest's is undecided.
  public func judge(
    pool: ThreadPool, isCancelled: () -> Bool = { false }, model: () throws -> ChatModel
  ) rethrows -> Judgement {
    var found = Judgement.undecided(.cancelled)
    try Self.judge([self], pool: pool, isCancelled: { _ in isCancelled() }, model: model) { found = $1 }
    return found
  }

  /// Executes answers of one model again, together: the one judge of the verification service and of the command line. Each
  /// is judged as it would be alone.
  ///
  /// - Parameters:
  ///   - isCancelled: of the execution of this index.
  ///   - model: asked once, unless every statement contradicts its own openings. What it throws is thrown on: those that
  ///     are not judged by then are not judged.
  ///   - judged: called once for each execution, as soon as its judgement stands.
  public static func judge(
    _ executions: [OpenedExecution], pool: ThreadPool, isCancelled: (Int) -> Bool = { _ in false },
    model: () throws -> ChatModel, judged: (Int, Judgement) -> Void
  ) rethrows {
    precondition(executions.allSatisfy { $0.manifestDigest == executions[0].manifestDigest }, "answers of other models")
    var stated: [(index: Int, execution: StatedExecution)] = []
    for (index, execution) in executions.enumerated() {
      do { stated.append((index, try StatedExecution(execution))) } catch {
        judged(index, .differs(error, positions: 0))
      }
    }
    guard !stated.isEmpty else { return }
    let model = try model()
    do { try model.identity.require(ModelIdentity(executions[0].manifest)) } catch {
      for (index, _) in stated { judged(index, .undecided(error)) }
      return
    }
    var claims: [(index: Int, claim: Reexecution.Claim)] = []
    for (index, execution) in stated {
      do { claims.append((index, try execution.claim(executions[index], on: model))) } catch {
        judged(index, .differs(error, positions: 0))
      }
    }
    Reexecution.check(claims.map(\.claim), on: model, pool: pool, isCancelled: { isCancelled(claims[$0].index) }) {
      judged(claims[$0].index, Judgement($1))
    }
  }
}

extension Judgement {
  fileprivate init(_ result: Result<Reexecution, GenerationError>) {
    switch result {
    case .failure(let error): self = .undecided(error)
    case .success(let done):
      switch done.outcome {
      case .agrees: self = .agrees(positions: done.positions)
      case .diverges(let position, let finding):
        self = .differs(Finding("\(finding)", position: position), positions: done.positions)
      }
    }
  }
}
