import Cryptography

/// One pass over prompt and answer: each choice is decoded again from the rows that its stated tokens lead to. It ends
/// at the first token that differs.
struct ReexecutionPass {
  private struct Diverged: Error {}

  /// Tokens of one pass: enough that weights are read seldom, few enough that a lie is found before all is computed.
  private static let chunk = 256

  private let claim: Reexecution.Claim
  /// The opened list, when it is one that leads to the signed head: no other says anything of single positions.
  private let list: [Digest32]?
  private var firstOther: Int?
  /// What ended the pass, or is wrong of a choice whose tokens are right.
  private var fault: Reexecution.Finding?
  private(set) var chain: ActivationChain
  /// Generated tokens that were recomputed.
  private(set) var positions = 0

  init(_ claim: Reexecution.Claim) throws {
    self.claim = claim
    chain = try ActivationChain(salt: claim.salt)
    let tokens = claim.choices.reduce(0) { $0 + $1.tokens.count }
    list = claim.list.flatMap { $0.count == tokens && $0.last == claim.head ? $0 : nil }
  }

  mutating func run(on model: ChatModel, pool: ThreadPool, isCancelled: () -> Bool) throws {
    let longest = claim.choices.map(\.tokens.count).max() ?? 0
    let session = try Session(model: model.model, pool: pool, contextLimit: claim.prompt.count + longest)
    do {
      for (index, choice) in claim.choices.enumerated() {
        var decoder = try ChoiceDecoder(
          model, prompt: claim.prompt, decoding: claim.decoding, choice: UInt32(index), salt: claim.salt,
          keeping: .nothing)
        try decode(choice, with: &decoder, session, isCancelled)
        try finish(choice, index, decoder)
      }
    } catch is Diverged {}
  }

  private mutating func decode(
    _ choice: Reexecution.Claim.Choice, with decoder: inout ChoiceDecoder, _ session: Session,
    _ isCancelled: () -> Bool
  ) throws {
    guard !choice.tokens.isEmpty else { return }
    // A token that is none cannot be appended: the pass ends at its position, where another is picked.
    let known = choice.tokens.prefix { $0 < session.model.shape.vocabulary }.prefix(choice.tokens.count - 1)
    let first = claim.prompt.count - 1
    // The next choice leaves the same prompt.
    if session.position > first { try session.rewind(to: first) }
    let tokens = (claim.prompt + known)[session.position...]
    try session.append(Array(tokens), rowsFrom: first, chunk: Self.chunk) { position, hidden, logits in
      if isCancelled() { throw GenerationError.cancelled }
      guard decoder.end == nil else {
        fault = .finish(.continuesAfterEnd(position: positions - 1))
        throw Diverged()
      }
      let step = try decoder.take(position: UInt32(position + 1), hidden: hidden, logits: logits)
      try compare(step.token, with: choice.tokens[position - first], hidden, logits)
    }
  }

  private mutating func compare(
    _ picked: UInt32, with token: UInt32, _ hidden: UnsafeBufferPointer<Float>, _ logits: UnsafeBufferPointer<Float>
  ) throws {
    positions += 1
    guard picked == token else {
      fault = firstOther.map { .activation(position: $0) } ?? .token(position: positions - 1)
      throw Diverged()
    }
    chain.append(hidden: hidden, token: token, logit: logits[Int(token)])
    if let list, firstOther == nil, chain.head != list[positions - 1] { firstOther = positions - 1 }
  }

  /// Text and end of a choice whose tokens are right. They are told only when no activation differs.
  private mutating func finish(
    _ choice: Reexecution.Claim.Choice, _ index: Int, _ decoder: consuming ChoiceDecoder
  ) throws {
    // An executor may be stopped anywhere, but not after the answer had ended by itself.
    let found = decoder.end
    _ = decoder.cancel()
    if fault == nil, choice.end != found ?? .cancelled { fault = .finish(.other(stated: choice.end, found: found)) }
    if fault == nil, !decoder.text.utf8.elementsEqual(choice.text.utf8) || decoder.toolCalls != choice.toolCalls {
      fault = .text(choice: index)
    }
  }

  /// The earliest difference. A list that differs though its head is right is the list's fault alone.
  var finding: Reexecution.Finding? {
    switch fault {
    case .token, .activation, .finish(.continuesAfterEnd): return fault
    default: break
    }
    guard chain.head == claim.head else { return firstOther.map { .activation(position: $0) } ?? .head }
    if let opened = claim.list, opened != chain.digests {
      return .list(position: zip(opened, chain.digests).enumerated().first { $1.0 != $1.1 }?.offset)
    }
    return fault
  }
}
