/// One choice of an answer as it grows, apart from the model's arithmetic: it takes the row of logits that predicts the
/// next token, chooses that token, and says what may be shown and whether the answer has ended.
///
/// The serial generator, the batching scheduler and re-execution all decode with it, so that none of them can choose by
/// another rule than the others.
public struct ChoiceDecoder: Sendable {
  public struct Step: Sendable, Equatable {
    public let token: UInt32
    /// What can be shown now. What may be the beginning of a stop string or is part of a character is held back.
    public let text: String
    /// Nil when none were asked for, and for the token that ends the turn.
    public let logprobs: TokenLogprobs?
    /// Calls of tools, all at the last token.
    public let toolCalls: [DecodedToolCall]
    /// Set on the last token.
    public let end: GenerationEnd?
  }

  public let decoding: DecodingParameters
  /// Index among the choices of one request; part of what the sampler draws from.
  public let choice: UInt32
  public private(set) var tokens: [UInt32] = []
  /// Nil while it goes on.
  public private(set) var end: GenerationEnd?

  private let tokenizer: Tokenizer
  private let sampler: Sampler
  private let penalizes: Bool
  private var history: TokenHistory
  private var answer: AnswerText
  private var constraint: AnswerConstraint?
  private let keeping: Keeping
  /// Of choice 0 its chain; of the others A_0.
  fileprivate var chain: ActivationChain
  fileprivate var records: ActivationRecords

  /// What becomes of the activations. Choice 0 is first in the chain and hashes at once; the others keep what they must
  /// hash, until those before them have ended; who hashes by itself keeps nothing.
  enum Keeping: Sendable { case chain, records, nothing }

  /// - Parameters:
  ///   - salt: 32 bytes, of the activation chain of all choices.
  /// - Throws: `badSalt`, `emptyPrompt`, `badMaxTokens`, `contextExceeded`, `sampling`, `badStop`, `badTopLogprobs`.
  public init(
    _ model: ChatModel, prompt: [UInt32], decoding: DecodingParameters, choice: UInt32 = 0, salt: [UInt8]
  ) throws(GenerationError) {
    try self.init(
      model, prompt: prompt, decoding: decoding, choice: choice, salt: salt, keeping: choice == 0 ? .chain : .records)
  }

  init(
    _ model: ChatModel, prompt: [UInt32], decoding: DecodingParameters, choice: UInt32, salt: [UInt8], keeping: Keeping
  ) throws(GenerationError) {
    chain = try ActivationChain(salt: salt)
    try decoding.validate(vocabulary: model.model.shape.vocabulary)
    try model.requireRoom(prompt: prompt.count, answer: decoding.maxTokens)
    do { sampler = try Sampler(decoding.sampling) } catch { throw .sampling(error) }
    penalizes = decoding.sampling.penalizes
    history = penalizes ? TokenHistory(prompt: prompt) : TokenHistory()
    records = ActivationRecords(width: model.model.shape.width)
    self.keeping = keeping
    tokenizer = model.tokenizer
    answer = AnswerText(model.tokenizer, stop: decoding.stop, form: decoding.toolCallForm)
    constraint = decoding.grammar.map { AnswerConstraint($0, on: model) }
    self.decoding = decoding
    self.choice = choice
  }

  /// The text that was shown so far; of an answer that has ended all of it.
  public var text: String { answer.text }

  /// The calls of tools of an answer that has ended. They are not part of its text.
  public var toolCalls: [DecodedToolCall] { answer.toolCalls }

  /// Takes the row that predicts the next token. Not to be called after the end.
  ///
  /// - Parameters:
  ///   - position: that of the token chosen, counted from the start of the prompt.
  ///   - hidden: the final normed hidden state.
  ///   - logits: one per token of the vocabulary, before any change.
  /// - Throws: `sampling` for logits that are not finite or that leave nothing to choose, `tokenizer`, `grammar`.
  public mutating func take(
    position: UInt32, hidden: UnsafeBufferPointer<Float>, logits: UnsafeBufferPointer<Float>
  ) throws(GenerationError) -> Step {
    try take(position: position, hidden: hidden, prediction: .logits(logits))
  }

  /// Picks the token of a row, where the tokens before it have no say in that; otherwise `take` will.
  func pick(_ prediction: inout Prediction, position: UInt32) {
    guard decoding.picksByRow, case .logits(let logits) = prediction,
      // What is wrong of the logits is for `take` to say, in order.
      let token = try? sampler.pick(logits, position: position, choice: choice)
    else { return }
    prediction = .picked(token: token, logit: logits[Int(token)])
  }

  /// Takes the row as it is or as `pick` leaves it.
  mutating func take(
    position: UInt32, hidden: UnsafeBufferPointer<Float>, prediction: Prediction
  ) throws(GenerationError) -> Step {
    precondition(end == nil, "the choice has ended")
    let token = try pick(prediction, position)
    keep(hidden, token, prediction.logit(of: token))
    tokens.append(token)
    if penalizes { history.append(token) }
    let endsTurn = tokenizer.isEndOfGeneration(token)
    let text = try advance(token, endsTurn: endsTurn)
    let logprobs = endsTurn ? nil : try logprobs(of: token, in: prediction)
    return Step(token: token, text: text, logprobs: logprobs, toolCalls: toolCalls, end: end)
  }

  /// Ends the answer where it stands, unless it has ended. The rest of its text, which was held back.
  public mutating func cancel() -> String {
    guard end == nil else { return "" }
    end = .cancelled
    return answer.finish(isStopped: false, calls: false)
  }

  private mutating func pick(
    _ prediction: Prediction, _ position: UInt32
  ) throws(GenerationError) -> UInt32 {
    if case .picked(let token, _) = prediction {
      precondition(decoding.picksByRow, "the tokens before it have a say")
      return token
    }
    let allowed = constraint?.allowed(tokensLeft: decoding.maxTokens - tokens.count)
    do {
      return try sampler.pick(
        prediction.logits, history: history, allowed: allowed, position: position, choice: choice)
    } catch { throw .sampling(error) }
  }

  /// The end of the turn is asked for first, then stop strings, then the grammar, then the limit.
  private mutating func advance(_ token: UInt32, endsTurn: Bool) throws(GenerationError) -> String {
    var (text, isStopped): (String, Bool)
    do { (text, isStopped) = try answer.push(token) } catch { throw .tokenizer(error) }
    if !endsTurn { try constraint?.advance(tokenizer.bytes(of: token)) }
    if endsTurn || isStopped || constraint?.mustEnd == true {
      end = .stop
    } else if tokens.count >= decoding.maxTokens {
      end = .length
    } else {
      return text
    }
    text += answer.finish(isStopped: isStopped, calls: true)
    if end == .stop, !toolCalls.isEmpty { end = .toolCalls }
    return text
  }

  private mutating func keep(_ hidden: UnsafeBufferPointer<Float>, _ token: UInt32, _ logit: Float) {
    switch keeping {
    case .chain: chain.append(hidden: hidden, token: token, logit: logit)
    case .records: records.append(hidden: hidden, token: token, logit: logit)
    case .nothing: break
    }
  }

  private func logprobs(
    of token: UInt32, in prediction: Prediction
  ) throws(GenerationError) -> TokenLogprobs? {
    guard let top = decoding.topLogprobs else { return nil }
    do { return try TokenLogprobs(prediction.logits, chosen: token, top: top) } catch { throw .sampling(error) }
  }
}

extension ActivationChain {
  /// The chain over choices of one answer, given in order of index.
  public init(joining choices: [ChoiceDecoder]) {
    precondition(!choices.isEmpty, "an answer has at least one choice")
    self = choices[0].chain
    for choice in choices { append(choice.records) }
  }
}
