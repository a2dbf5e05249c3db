public import Cryptography

/// Does answers again: teacher-forced batched passes over prompt and answer that recompute, for every generated token of
/// each choice, the pick and the link of the activation chain, and with them text and end. It agrees with an honest
/// executor bit for bit, whatever kernels and threads either used (EXACT1.md).
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

  /// - Parameter isCancelled: asked before each pass and each block of its rows.
  /// - Throws: `emptyPrompt`, `badMaxTokens`, `contextExceeded`, `badSalt`, `sampling`, `badStop` for a claim that no
  ///   executor could act on; `cancelled`; `model`.
  public static func check(
    _ claim: Claim, on model: ChatModel, pool: ThreadPool, isCancelled: () -> Bool = { false }
  ) throws(GenerationError) -> Reexecution {
    var result = Result<Reexecution, GenerationError>.failure(.cancelled)
    check([claim], on: model, pool: pool, isCancelled: { _ in isCancelled() }) { result = $1 }
    return try result.get()
  }

  /// Checks several claims together, whose tokens share passes: cheaper where they are too short to fill passes by
  /// themselves. What comes of a claim is what would come of it alone, whatever the others are or state.
  ///
  /// - Parameters:
  ///   - isCancelled: of the claim of this index; asked on the calling thread.
  ///   - ended: called once for each claim, as soon as it is known what comes of it; the oldest, which are first, are
  ///     computed first. The errors are those that the check of one throws.
  public static func check(
    _ claims: [Claim], on model: ChatModel, pool: ThreadPool, isCancelled: (Int) -> Bool = { _ in false },
    ended: (Int, Result<Reexecution, GenerationError>) -> Void
  ) {
    check(claims, in: ReexecutionBatch(model: model, pool: pool), isCancelled: isCancelled, ended: ended)
  }

  static func check(
    _ claims: [Claim], in batch: ReexecutionBatch, isCancelled: (Int) -> Bool,
    ended: (Int, Result<Reexecution, GenerationError>) -> Void
  ) {
    var walks: [ReexecutionWalk] = []
    for (index, claim) in claims.enumerated() {
      do throws(GenerationError) {
        try batch.model.requireRoom(prompt: claim.prompt.count, answer: claim.decoding.maxTokens)
        if let fault = claim.aboveLimit {
          ended(index, .success(Reexecution(.finish(fault), positions: 0)))
        } else {
          walks.append(try ReexecutionWalk(claim, index: index, on: batch.model))
        }
      } catch { ended(index, .failure(error)) }
    }
    batch.run(walks, isCancelled: isCancelled) { walk in
      if let result = walk.result { ended(walk.index, result) }
    }
  }

  init(_ finding: Finding?, positions: Int) {
    outcome = finding.map { .diverges(position: $0.position, finding: $0) } ?? .agrees
    self.positions = positions
  }
}

extension Reexecution.Claim {
  /// A choice that is longer than any may be: nothing is computed then.
  fileprivate var aboveLimit: Reexecution.FinishFault? {
    precondition(!choices.isEmpty, "an answer has at least one choice")
    let limit = decoding.maxTokens
    return choices.first { $0.tokens.count > limit }.map { .aboveLimit(tokens: $0.tokens.count, limit: limit) }
  }
}
