public import Exact
internal import Receipts

extension OpenedExecution {
  /// What `context-shapley/1` is made from: v(A), the answer's log-probability given the documents A of the request, at
  /// index A, whose bit i says that document i is given.
  ///
  /// The answer is taken as it is stated: whether the executor computed it is for ``judge(pool:isCancelled:model:)``.
  ///
  /// - Parameter model: asked once, for the model of `manifest`. What it throws is thrown on.
  /// - Throws: ``Finding`` for what the statement and its openings contradict, `GenerationError` where this machine cannot
  ///   compute it, the model being another or the work cancelled.
  public func documentValues(
    pool: ThreadPool, isCancelled: () -> Bool = { false }, model: () throws -> ChatModel
  ) throws -> [Int64] {
    let stated = try StatedExecution(self)
    let count = stated.request.parameters.documents.count
    guard count > 0 else { throw Finding("the request has no documents") }
    let model = try model()
    try model.identity.require(ModelIdentity(manifest))
    let prompts = try stated.prompts(1 << count, on: model)
    let longest = stated.answer.map(\.count).max() ?? 0
    let scorer = try AnswerScorer(
      stated.answer, on: model, pool: pool, contextLimit: (prompts.map(\.count).max() ?? 0) + longest)
    var values = [Int64](repeating: 0, count: prompts.count)
    // The first document changes least often, so that prompts that follow each other begin alike.
    for turn in prompts.indices {
      let coalition = (0..<count).reduce(0) { $0 | (turn >> $1 & 1) << (count - 1 - $1) }
      values[coalition] = try scorer.logProbability(after: prompts[coalition], isCancelled: isCancelled)
    }
    return values
  }
}

extension StatedExecution {
  /// The prompt with each of the first `count` sets of documents.
  fileprivate func prompts(_ count: Int, on model: ChatModel) throws(Finding) -> [[UInt32]] {
    var prompts: [[UInt32]] = []
    for coalition in 0..<count {
      do {
        prompts.append(
          try model.render(
            request.messages(given: coalition).map(ChatMessage.init), tools: request.parameters.tools.map(\.json)))
      } catch { throw Finding("the messages cannot be rendered by this model") }
    }
    return prompts
  }
}
