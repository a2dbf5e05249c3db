public import Credit
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
    let sets = DocumentSets(of: try StatedExecution(self).enumerableDocuments)
    let values = try documentValues(
      of: sets.turns.map { DocumentSet(sets.set(at: $0)) }, pool: pool, isCancelled: isCancelled, model: model)
    return DocumentSets.bySet(values)
  }

  /// The values of some of the sets, in the order of ``DocumentSets``: a part of the same work.
  public func documentValues(
    turns: Range<Int>, pool: ThreadPool, isCancelled: () -> Bool = { false }, model: () throws -> ChatModel
  ) throws -> [Int64] {
    let sets = DocumentSets(of: try StatedExecution(self).enumerableDocuments, turns: turns)
    guard sets.turns == turns, !turns.isEmpty else {
      throw Finding("the sets of its \(sets.documents) documents are \(1 << sets.documents)")
    }
    return try documentValues(
      of: sets.turns.map { DocumentSet(sets.set(at: $0)) }, pool: pool, isCancelled: isCancelled, model: model)
  }

  /// The values of these sets, in their order: of more documents than can be enumerated, those of drawn permutations.
  public func documentValues(
    of sets: [DocumentSet], pool: ThreadPool, isCancelled: () -> Bool = { false }, model: () throws -> ChatModel
  ) throws -> [Int64] {
    let stated = try StatedExecution(self)
    let count = try stated.documentCount
    guard sets.allSatisfy({ ($0.documents.last ?? 0) < count }) else {
      throw Finding("a set has a document that is none of its \(count)")
    }
    let model = try model()
    try model.identity.require(ModelIdentity(manifest))
    var values: [Int64] = []
    for first in stride(from: 0, to: sets.count, by: Self.setsAtOnce) {
      values += try stated.values(
        of: sets[first..<min(sets.count, first + Self.setsAtOnce)], pool: pool, isCancelled: isCancelled, on: model)
    }
    return values
  }

  /// Prompts in memory.
  private static var setsAtOnce: Int { 64 }
}

extension StatedExecution {
  fileprivate var documentCount: Int {
    get throws(Finding) {
      let count = request.parameters.documents.count
      guard count > 0 else { throw Finding("the request has no documents") }
      return count
    }
  }

  /// How many there are, where every set of them is valued.
  fileprivate var enumerableDocuments: Int {
    get throws(Finding) {
      let count = try documentCount
      guard count <= ContextShapley.exactCountMax else {
        throw Finding("the sets of its \(count) documents are too many: name those that are to be valued")
      }
      return count
    }
  }

  fileprivate func values(
    of sets: ArraySlice<DocumentSet>, pool: ThreadPool, isCancelled: () -> Bool, on model: ChatModel
  ) throws -> [Int64] {
    let prompts = try prompts(sets, on: model)
    let longest = answer.map(\.count).max() ?? 0
    let scorer = try AnswerScorer(
      answer, on: model, pool: pool, contextLimit: (prompts.map(\.count).max() ?? 0) + longest)
    return try prompts.map { try scorer.logProbability(after: $0, isCancelled: isCancelled) }
  }

  /// The prompt with each set of documents.
  private func prompts(_ sets: ArraySlice<DocumentSet>, on model: ChatModel) throws(Finding) -> [[UInt32]] {
    var prompts: [[UInt32]] = []
    for coalition in sets {
      do {
        prompts.append(
          try model.render(
            request.messages(given: coalition).map(ChatMessage.init), tools: request.parameters.tools.map(\.json)))
      } catch { throw Finding("the messages cannot be rendered by this model") }
    }
    return prompts
  }
}
