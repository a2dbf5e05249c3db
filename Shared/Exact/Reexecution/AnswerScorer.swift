/// The log-probability of one answer after one prompt and another, in integers (EXACT1.md, "Log-probabilities"). The number
/// is a function of model, prompt and answer alone: what was scored before changes speed and never a bit.
///
/// Not `Sendable`: one caller at a time.
public final class AnswerScorer {
  /// Of one token, in 2^-16 nats: -64 nats.
  public static let tokenMin: Int64 = -(64 << 16)
  private static let chunk = 256

  private let choices: [[UInt32]]
  private let session: Session
  /// What the session holds.
  private var held: [UInt32] = []

  /// - Parameters:
  ///   - choices: the tokens of each choice.
  ///   - contextLimit: tokens of the longest prompt and the longest choice together.
  /// - Throws: `model` for a token outside the vocabulary, or a context that the model lacks.
  public init(
    _ choices: [[UInt32]], on model: ChatModel, pool: ThreadPool, contextLimit: Int
  ) throws(GenerationError) {
    let vocabulary = model.model.shape.vocabulary
    for tokens in choices {
      if let index = tokens.firstIndex(where: { $0 >= vocabulary }) {
        throw .model(.tokenOutsideVocabulary(token: tokens[index], index: index, vocabulary: vocabulary))
      }
    }
    self.choices = choices
    do { session = try Session(model: model.model, pool: pool, contextLimit: contextLimit) } catch {
      throw .model(error)
    }
  }

  /// The sum over all choices' tokens, in 2^-16 nats, at most 0.
  ///
  /// - Parameter isCancelled: asked at each token of the answer.
  /// - Throws: `emptyPrompt`, `cancelled`, `model`, `sampling`; then this value is of no further use.
  public func logProbability(
    after prompt: [UInt32], isCancelled: () -> Bool = { false }
  ) throws(GenerationError) -> Int64 {
    guard !prompt.isEmpty else { throw .emptyPrompt }
    var sum: Int64 = 0
    do {
      for choice in choices where !choice.isEmpty {
        let tokens = prompt + choice.dropLast()
        let first = prompt.count - 1
        let shared = zip(held, tokens).prefix { $0 == $1 }.count
        try session.rewind(to: min(shared, first))
        held = tokens
        try session.append(Array(tokens[session.position...]), rowsFrom: first, chunk: Self.chunk) {
          position, _, logits in
          if isCancelled() { throw GenerationError.cancelled }
          sum += Self.units(try TokenLogprobs(logits, chosen: choice[position - first], top: 0).chosen.logprob)
        }
      }
    } catch {
      guard let known = GenerationError(error) else { preconditionFailure("the engine threw \(error)") }
      throw known
    }
    return sum
  }

  /// A product with a power of two is exact; it is rounded once, to the nearest, ties to even.
  private static func units(_ logprob: Float) -> Int64 {
    Int64((max(-64, min(0, logprob)) * 65_536).rounded(.toNearestOrEven))
  }
}
