/// Generates one answer, token by token.
///
/// ```swift
/// let generator = try Generator(model, pool: pool, prompt: prompt, sampling: .greedy, maxTokens: 64, salt: salt)
/// while let step = try generator.next() { print(step.text) }
/// ```
///
/// Not `Sendable`: one caller, on a thread that may be busy for long.
public final class Generator {
  /// Tokens of the prompt that one pass takes, and after which a cancellation is looked for.
  static let prefillChunk = 128

  public let prompt: [UInt32]
  public private(set) var decoder: ChoiceDecoder
  /// Of a cancelled answer what was held back until then.
  public private(set) var rest = ""
  private let session: Session
  private let isCancelled: () -> Bool

  /// - Parameters:
  ///   - decoder: of the same prompt, before its first token.
  ///   - isCancelled: asked before each pass; once true, the answer ends as `cancelled`.
  /// - Throws: `model`.
  public init(
    _ model: ChatModel, pool: ThreadPool, prompt: [UInt32], decoder: ChoiceDecoder,
    isCancelled: @escaping () -> Bool = { false }
  ) throws(GenerationError) {
    do {
      session = try Session(model: model.model, pool: pool, contextLimit: prompt.count + decoder.decoding.maxTokens)
    } catch {
      throw .model(error)
    }
    self.decoder = decoder
    self.prompt = prompt
    self.isCancelled = isCancelled
  }

  /// - Parameters:
  ///   - choice: index of this answer among those to one request; part of what the sampler draws from.
  ///   - salt: 32 bytes, of the activation chain.
  /// - Throws: `badSalt`, `emptyPrompt`, `badMaxTokens`, `contextExceeded`, `sampling`, `badStop`, `badTopLogprobs`,
  ///   `model`.
  public convenience init(
    _ model: ChatModel, pool: ThreadPool, prompt: [UInt32], decoding: DecodingParameters, choice: UInt32 = 0,
    salt: [UInt8], isCancelled: @escaping () -> Bool = { false }
  ) throws(GenerationError) {
    let decoder = try ChoiceDecoder(model, prompt: prompt, decoding: decoding, choice: choice, salt: salt)
    try self.init(model, pool: pool, prompt: prompt, decoder: decoder, isCancelled: isCancelled)
  }

  /// With nothing but sampling asked for.
  public convenience init(
    _ model: ChatModel, pool: ThreadPool, prompt: [UInt32], sampling: SamplingParameters, maxTokens: Int,
    choice: UInt32 = 0, salt: [UInt8], isCancelled: @escaping () -> Bool = { false }
  ) throws(GenerationError) {
    try self.init(
      model, pool: pool, prompt: prompt, decoding: DecodingParameters(sampling: sampling, maxTokens: maxTokens),
      choice: choice, salt: salt, isCancelled: isCancelled)
  }

  public var tokens: [UInt32] { decoder.tokens }
  /// Nil while it goes on.
  public var end: GenerationEnd? { decoder.end }
  /// What was shown so far; of an answer that has ended all of it.
  public var text: String { decoder.text }
  /// The chain over this choice alone.
  public var chain: ActivationChain { ActivationChain(joining: [decoder]) }

  /// The next token; nil when the answer has ended. The first call takes in the prompt.
  public func next() throws(GenerationError) -> ChoiceDecoder.Step? {
    guard end == nil else { return nil }
    do {
      guard let last = decoder.tokens.last else { return try prefill() }
      return try advance([last])
    } catch {
      guard let known = GenerationError(error) else { preconditionFailure("the engine threw \(error)") }
      throw known
    }
  }

  private func prefill() throws -> ChoiceDecoder.Step? {
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
  private func advance(_ appended: [UInt32]) throws -> ChoiceDecoder.Step? {
    if cancelIfAsked() { return nil }
    var step: ChoiceDecoder.Step?
    let last = session.position + appended.count - 1
    try session.append(appended, rowsFrom: last, chunk: Self.prefillChunk) { position, hidden, logits in
      step = try decoder.take(position: UInt32(position + 1), hidden: hidden, logits: logits)
    }
    return step
  }

  private func cancelIfAsked() -> Bool {
    guard isCancelled() else { return false }
    rest = decoder.cancel()
    return true
  }
}
