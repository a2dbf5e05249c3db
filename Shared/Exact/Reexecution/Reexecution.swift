public import Cryptography

/// Does one answer again: a teacher-forced batched pass over prompt and answer that recomputes, for every generated
/// token, the sampler's pick and the link of the activation chain. It agrees with an honest executor bit for bit,
/// whatever kernels and threads either used (EXACT1.md).
public struct Reexecution: Sendable {
  /// What an executor states of one choice.
  public struct Claim: Sendable {
    public var prompt: [UInt32]
    public var answer: [UInt32]
    public var sampling: SamplingParameters
    public var maxTokens: Int
    public var end: GenerationEnd
    public var choice: UInt32
    /// Of the activation chain, 32 bytes.
    public var salt: [UInt8]
    /// The signed head of the chain.
    public var head: Digest32
    /// The opened A_1 ... A_n; nil when only the head is known.
    public var list: [Digest32]?

    public init(
      prompt: [UInt32], answer: [UInt32], sampling: SamplingParameters, maxTokens: Int, end: GenerationEnd,
      choice: UInt32 = 0, salt: [UInt8], head: Digest32, list: [Digest32]?
    ) {
      self.prompt = prompt
      self.answer = answer
      self.sampling = sampling
      self.maxTokens = maxTokens
      self.end = end
      self.choice = choice
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
  /// - Throws: `emptyPrompt`, `badMaxTokens`, `contextExceeded`, `badSalt`, `sampling` for a claim that no executor
  ///   could act on; `cancelled`; `model`.
  public static func check(
    _ claim: Claim, on model: ChatModel, pool: ThreadPool, isCancelled: () -> Bool = { false }
  ) throws(GenerationError) -> Reexecution {
    try model.requireRoom(prompt: claim.prompt.count, answer: claim.maxTokens)
    guard claim.answer.count <= claim.maxTokens else {
      let fault = FinishFault.aboveLimit(tokens: claim.answer.count, limit: claim.maxTokens)
      return Reexecution(.finish(fault), positions: 0)
    }
    do {
      var pass = try ReexecutionPass(claim)
      try pass.run(on: model, pool: pool, isCancelled: isCancelled)
      let finding = pass.finding ?? finishFault(claim, model.tokenizer).map { .finish($0) }
      return Reexecution(finding, positions: pass.positions)
    } catch {
      guard let known = GenerationError(error) else { preconditionFailure("the engine threw \(error)") }
      throw known
    }
  }

  private init(_ finding: Finding?, positions: Int) {
    outcome = finding.map { .diverges(position: $0.position, finding: $0) } ?? .agrees
    self.positions = positions
  }

  private static func finishFault(_ claim: Claim, _ tokenizer: Tokenizer) -> FinishFault? {
    if let early = claim.answer.dropLast().firstIndex(where: tokenizer.isEndOfGeneration) {
      return .continuesAfterEnd(position: early)
    }
    let found = claim.answer.last.flatMap {
      GenerationEnd.natural(last: $0, count: claim.answer.count, maxTokens: claim.maxTokens, tokenizer: tokenizer)
    }
    // An executor may be stopped anywhere, but not after the answer had ended by itself.
    guard claim.end == (found ?? .cancelled) else { return .other(stated: claim.end, found: found) }
    return nil
  }
}
