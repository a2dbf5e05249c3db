/// One claim while it is executed again: which tokens it wants computed next, and what their rows say of it. Each choice is
/// decoded again from the rows that its stated tokens lead to; the walk ends at the first token that differs.
///
/// What comes of it is a function of the claim alone: never of how its tokens are cut into passes, nor of who shares them.
///
/// Not `Sendable`: it lives where its pages live, but for `pick` and `take`, which workers call.
final class ReexecutionWalk {
  /// Of the claim among those of its call.
  let index: Int
  /// Tokens of the longest sequence that is computed for it.
  let positionsMax: Int
  /// Rows of one such sequence all of whose logits it needs.
  let rowsMax: Int
  /// Nil while it goes on.
  private(set) var result: Result<Reexecution, GenerationError>?

  private let claim: Reexecution.Claim
  private let model: ChatModel
  private var trace: ReexecutionTrace

  /// Index of the choice under way, and what decodes it.
  private var choice = 0
  private var decoder: ChoiceDecoder
  /// What the choice is computed from: the prompt, and its tokens but the last.
  private var tokens: [UInt32] = []
  /// Tokens whose keys and values are stored.
  private var computed = 0
  private var kv: KVSequence?
  /// Most tokens that the next pass may take of it.
  private var pieceMax = Int.max

  /// - Throws: `badSalt`, `emptyPrompt`, `badMaxTokens`, `contextExceeded`, `sampling`, `badStop` for a claim that no executor
  ///   could act on; `model` for a prompt that is not of the vocabulary.
  init(_ claim: Reexecution.Claim, index: Int, on model: ChatModel) throws(GenerationError) {
    self.index = index
    self.claim = claim
    self.model = model
    let longest = claim.choices.map(\.tokens.count).max() ?? 0
    rowsMax = claim.decoding.picksLargest ? 0 : longest
    positionsMax = claim.prompt.count + longest
    trace = try ReexecutionTrace(claim)
    decoder = try Self.decoder(of: 0, claim, model)
    if claim.choices[0].tokens.isEmpty { try leaveChoice() } else { try enterChoice() }
  }

  private static func decoder(
    of choice: Int, _ claim: Reexecution.Claim, _ model: ChatModel
  ) throws(GenerationError) -> ChoiceDecoder {
    try ChoiceDecoder(
      model, prompt: claim.prompt, decoding: claim.decoding, choice: UInt32(choice), salt: claim.salt, keeping: .nothing
    )
  }

  // MARK: Passes

  /// Tokens that it wants computed, at least one while it goes on.
  var pending: Int { min(pieceMax, tokens.count - computed) }

  /// The position whose row predicts the first token of a choice.
  private var first: Int { claim.prompt.count - 1 }

  /// Takes all the pages that it will ever need. False: there are not as many.
  func reserve(_ pages: KVPages) -> Bool {
    let sequence = KVSequence(pages, contextLimit: positionsMax)
    guard sequence.reserve(positionsMax) else { return false }
    kv = sequence
    return true
  }

  /// Adds the next `count` tokens to a batch.
  func add(_ count: Int, to batch: inout Batch) {
    guard let kv else { preconditionFailure("a walk without pages is in no pass") }
    let end = computed + count
    batch.add(
      tokens[computed..<end], of: kv, position: computed, rows: max(0, min(count, end - first)),
      onlyLargest: claim.decoding.picksLargest)
  }

  /// A worker's part: picks the token of a row, in any order, where no other row has a say in it.
  func pick(_ row: inout RowBlock.Row) {
    if result == nil { decoder.pick(&row.prediction, position: UInt32(row.position + 1)) }
  }

  /// A worker's part: the next row, in order. Rows behind the end say nothing more.
  func take(_ row: RowBlock.Row) {
    guard result == nil else { return }
    guard decoder.end == nil else {
      trace.goesOn()
      return end()
    }
    do throws(GenerationError) {
      let step = try decoder.take(position: UInt32(row.position + 1), hidden: row.hidden, prediction: row.prediction)
      if !trace.compare(step.token, with: claim.choices[choice].tokens[row.position - first], row) { end() }
    } catch {
      result = .failure(error)
    }
  }

  /// After a pass over `count` of its tokens, whose rows were taken.
  func advance(_ count: Int, _ failure: ModelError?) {
    guard result == nil else { return }
    do throws(GenerationError) {
      guard let failure else {
        computed += count
        if computed == tokens.count { try leaveChoice() }
        return
      }
      guard count > 1 else { throw .model(failure) }
      // Which rows of such a pass are seen depends on how it was cut. So it is done again, token by token from the last
      // row that was taken, up to the one that fails.
      pieceMax = 1
      if !decoder.tokens.isEmpty { computed = first + decoder.tokens.count }
    } catch {
      result = .failure(error)
    }
  }

  /// Ends it, unless it has ended.
  func fail(_ error: GenerationError) {
    if result == nil { result = .failure(error) }
  }

  /// Gives the pages back. Not while a pass runs.
  func release() { kv?.truncate(toPages: 0) }

  // MARK: Choices

  private func enterChoice() throws(GenerationError) {
    let (prompt, stated, vocabulary) = (claim.prompt, claim.choices[choice].tokens, model.model.shape.vocabulary)
    if let index = prompt.firstIndex(where: { $0 >= vocabulary }) {
      throw .model(.tokenOutsideVocabulary(token: prompt[index], index: index, vocabulary: vocabulary))
    }
    // A token that is none cannot be computed: the walk ends at its position, where another is picked.
    tokens = prompt + stated.prefix { $0 < vocabulary }.prefix(stated.count - 1)
    // Every choice leaves the same prompt.
    computed = min(computed, first)
  }

  /// Ends a choice whose rows were all taken, and goes on with the next that has tokens.
  private func leaveChoice() throws(GenerationError) {
    repeat {
      trace.finish(choice: choice, decoder)
      guard choice + 1 < claim.choices.count else { return end() }
      choice += 1
      decoder = try Self.decoder(of: choice, claim, model)
    } while claim.choices[choice].tokens.isEmpty
    try enterChoice()
  }

  private func end() { result = .success(Reexecution(trace.finding, positions: trace.positions)) }
}
