/// Generates one answer, token by token.
///
/// ```swift
/// let generator = try Generator(model, pool: pool, prompt: prompt, sampling: .greedy, maxTokens: 64, salt: salt)
/// while let step = try generator.next() { print(step.token) }
/// ```
///
/// Not `Sendable`: one caller, on a thread that may be busy for long.
public final class Generator {
  public struct Step: Sendable, Equatable {
    public let token: UInt32
    /// Set on the last token.
    public let end: GenerationEnd?
  }

  /// Tokens of the prompt that one pass takes, and after which a cancellation is looked for.
  static let prefillChunk = 128

  public private(set) var tokens: [UInt32] = []
  public private(set) var chain: ActivationChain
  /// Nil while it goes on.
  public private(set) var end: GenerationEnd?

  public let prompt: [UInt32]
  private let model: ChatModel
  private let session: Session
  private let sampler: Sampler
  private let maxTokens: Int
  private let choice: UInt32
  private let isCancelled: () -> Bool

  /// - Parameters:
  ///   - choice: index of this answer among those to one request; part of what the sampler draws from.
  ///   - salt: 32 bytes, of the activation chain.
  ///   - isCancelled: asked before each pass; once true, the answer ends as `cancelled`.
  /// - Throws: `badSalt`, `emptyPrompt`, `badMaxTokens`, `contextExceeded`, `sampling`, `model`.
  public init(
    _ model: ChatModel, pool: ThreadPool, prompt: [UInt32], sampling: SamplingParameters, maxTokens: Int,
    choice: UInt32 = 0, salt: [UInt8], isCancelled: @escaping () -> Bool = { false }
  ) throws(GenerationError) {
    chain = try ActivationChain(salt: salt)
    try model.requireRoom(prompt: prompt.count, answer: maxTokens)
    do {
      sampler = try Sampler(sampling)
    } catch {
      throw .sampling(error)
    }
    do {
      session = try Session(model: model.model, pool: pool, contextLimit: prompt.count + maxTokens)
    } catch {
      throw .model(error)
    }
    self.model = model
    self.prompt = prompt
    self.maxTokens = maxTokens
    self.choice = choice
    self.isCancelled = isCancelled
  }

  /// The next token; nil when the answer has ended. The first call takes in the prompt.
  public func next() throws(GenerationError) -> Step? {
    guard end == nil else { return nil }
    do {
      return try tokens.isEmpty ? prefill() : advance([tokens[tokens.count - 1]])
    } catch {
      guard let known = GenerationError(error) else { preconditionFailure("the engine threw \(error)") }
      throw known
    }
  }

  private func prefill() throws -> Step? {
    var done = 0
    while prompt.count - done > Self.prefillChunk {
      if cancelIfAsked() { return nil }
      try session.append(
        Array(prompt[done..<done + Self.prefillChunk]), rowsFrom: prompt.count, chunk: Self.prefillChunk
      ) { _, _, _ in }
      done += Self.prefillChunk
    }
    return try advance(Array(prompt[done...]))
  }

  /// Takes in `appended` and chooses the token that follows.
  private func advance(_ appended: [UInt32]) throws -> Step? {
    if cancelIfAsked() { return nil }
    var token: UInt32 = 0
    let last = session.position + appended.count - 1
    try session.append(appended, rowsFrom: last, chunk: Self.prefillChunk) { position, hidden, logits in
      token = try sampler.pick(logits, position: UInt32(position + 1), choice: choice)
      chain.append(hidden: hidden, token: token, logit: logits[Int(token)])
    }
    tokens.append(token)
    end = .natural(last: token, count: tokens.count, maxTokens: maxTokens, tokenizer: model.tokenizer)
    return Step(token: token, end: end)
  }

  private func cancelIfAsked() -> Bool {
    guard isCancelled() else { return false }
    end = .cancelled
    return true
  }
}
