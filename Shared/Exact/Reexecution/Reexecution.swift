public import Cryptography

/// Does one answer again: a teacher-forced batched pass over prompt and answer that recomputes, for every generated
/// token of each choice, the pick and the link of the activation chain, and with them text and end. It agrees with an honest executor bit for bit,
/// whatever kernels and threads either used (EXACT1.md).
public struct Reexecution: Sendable {
  /// What an executor states of one answer.
  public struct Claim: Sendable {
    public struct Choice: Sendable, Equatable {
      public var tokens: [UInt32]
      /// Without the calls.
      public var text: String
      public var toolCalls: [DecodedToolCall]
      public var end: GenerationEnd

      public init(tokens: [UInt32], text: String, toolCalls: [DecodedToolCall] = [], end: GenerationEnd) {
        self.tokens = tokens
        self.text = text
        self.toolCalls = toolCalls
        self.end = end
      }
    }

    public var prompt: [UInt32]
    public var decoding: DecodingParameters
    /// In order of index, at least one.
    public var choices: [Choice]
    /// Of the activation chain, 32 bytes.
    public var salt: [UInt8]
    /// The signed head of the chain.
    public var head: Digest32
    /// The opened A_1 ... A_n; nil when only the head is known.
    public var list: [Digest32]?

    public init(
      prompt: [UInt32], decoding: DecodingParameters, choices: [Choice], salt: [UInt8], head: Digest32,
      list: [Digest32]?
    ) {
      self.prompt = prompt
      self.decoding = decoding
      self.choices = choices
      self.salt = salt
      self.head = head
      self.list = list
    }
  }

  public enum Outcome: Sendable, Equatable {
    case agrees
    /// `position`: of the first generated token that differs; nil when the difference has no place.
    case diverges(position: Int?, finding: Finding)
  }

  public let outcome: Outcome
  /// Generated tokens that were recomputed.
  public let positions: Int

  /// - Parameter isCancelled: asked at each generated position.
  /// - Throws: `emptyPrompt`, `badMaxTokens`, `contextExceeded`, `badSalt`, `sampling`, `badStop` for a claim that no
  ///   executor could act on; `cancelled`; `model`.
  public static func check(
    _ claim: Claim, on model: ChatModel, pool: ThreadPool, isCancelled: () -> Bool = { false }
  ) throws(GenerationError) -> Reexecution {
    precondition(!claim.choices.isEmpty, "an answer has at least one choice")
    try model.requireRoom(prompt: claim.prompt.count, answer: claim.decoding.maxTokens)
    for choice in claim.choices where choice.tokens.count > claim.decoding.maxTokens {
      let fault = FinishFault.aboveLimit(tokens: choice.tokens.count, limit: claim.decoding.maxTokens)
      return Reexecution(.finish(fault), positions: 0)
    }
    do {
      var pass = try ReexecutionPass(claim)
      try pass.run(on: model, pool: pool, isCancelled: isCancelled)
      return Reexecution(pass.finding, positions: pass.positions)
    } catch {
      guard let known = GenerationError(error) else { preconditionFailure("the engine threw \(error)") }
      throw known
    }
  }

  private init(_ finding: Finding?, positions: Int) {
    outcome = finding.map { .diverges(position: $0.position, finding: $0) } ?? .agrees
    self.positions = positions
  }
}
