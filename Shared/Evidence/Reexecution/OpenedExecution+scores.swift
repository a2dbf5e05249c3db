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
    let sets = try stated.sets
    let model = try model()
    try model.identity.require(ModelIdentity(manifest))
    var values: [Int64] = []
    for first in stride(from: 0, to: sets.turns.count, by: Self.turnsAtOnce) {
      let some = DocumentSets(of: sets.documents, turns: first..<first + Self.turnsAtOnce)
      values += try stated.values(of: some, pool: pool, isCancelled: isCancelled, on: model)
    }
    return DocumentSets.bySet(values)
  }

  /// The values of some of the sets, in the order of ``DocumentSets``: a part of the same work.
  public func documentValues(
    turns: Range<Int>, pool: ThreadPool, isCancelled: () -> Bool = { false }, model: () throws -> ChatModel
  ) throws -> [Int64] {
    let stated = try StatedExecution(self)
    let sets = DocumentSets(of: try stated.sets.documents, turns: turns)
    guard sets.turns == turns, !turns.isEmpty else {
      throw Finding("the sets of its \(sets.documents) documents are \(1 << sets.documents)")
    }
    let model = try model()
    try model.identity.require(ModelIdentity(manifest))
    return try stated.values(of: sets, pool: pool, isCancelled: isCancelled, on: model)
  }

  /// Prompts in memory.
  private static var turnsAtOnce: Int { 64 }
}

extension StatedExecution {
  fileprivate var sets: DocumentSets {
    get throws(Finding) {
      let count = request.parameters.documents.count
      guard count > 0 else { throw Finding("the request has no documents") }
      return DocumentSets(of: count)
    }
  }

  fileprivate func values(
    of sets: DocumentSets, pool: ThreadPool, isCancelled: () -> Bool, on model: ChatModel
  ) throws -> [Int64] {
    let prompts = try prompts(sets, on: model)
    let longest = answer.map(\.count).max() ?? 0
    let scorer = try AnswerScorer(
      answer, on: model, pool: pool, contextLimit: (prompts.map(\.count).max() ?? 0) + longest)
    return try prompts.map { try scorer.logProbability(after: $0, isCancelled: isCancelled) }
  }

  /// The prompt with each set of documents.
  private func prompts(_ sets: DocumentSets, on model: ChatModel) throws(Finding) -> [[UInt32]] {
    var prompts: [[UInt32]] = []
    for coalition in sets.turns.map(sets.set) {
      do {
        prompts.append(
          try model.render(
            request.messages(given: coalition).map(ChatMessage.init), tools: request.parameters.tools.map(\.json)))
      } catch { throw Finding("the messages cannot be rendered by this model") }
    }
    return prompts
  }
}
