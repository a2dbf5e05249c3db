import Cryptography

/// One pass over prompt and answer. It ends at the first token that differs.
struct ReexecutionPass {
  private struct Diverged: Error {}

  private let claim: Reexecution.Claim
  private let sampler: Sampler
  /// The opened list, when it is one that leads to the signed head: no other says anything of single positions.
  private let list: [Digest32]?
  private var firstOther: Int?
  private var wrongToken: Int?
  private(set) var chain: ActivationChain
  /// Generated tokens that were recomputed.
  private(set) var positions = 0

  init(_ claim: Reexecution.Claim) throws {
    self.claim = claim
    sampler = try Sampler(claim.sampling)
    chain = try ActivationChain(salt: claim.salt)
    list = claim.list.flatMap { $0.count == claim.answer.count && $0.last == claim.head ? $0 : nil }
  }

  mutating func run(on model: ChatModel, pool: ThreadPool, isCancelled: () -> Bool) throws {
    guard !claim.answer.isEmpty else { return }
    // A token that is none cannot be appended: the pass ends at its position, where the sampler picks another.
    let known = claim.answer.prefix { $0 < model.model.shape.vocabulary }
    let tokens = claim.prompt + known.prefix(claim.answer.count - 1)
    let session = try Session(model: model.model, pool: pool, contextLimit: tokens.count)
    let first = claim.prompt.count - 1
    do {
      try session.append(tokens, rowsFrom: first) { position, hidden, logits in
        if isCancelled() { throw GenerationError.cancelled }
        try compare(index: position - first, position: position + 1, hidden, logits)
      }
    } catch is Diverged {}
  }

  private mutating func compare(
    index: Int, position: Int, _ hidden: UnsafeBufferPointer<Float>, _ logits: UnsafeBufferPointer<Float>
  ) throws {
    let token = claim.answer[index]
    positions = index + 1
    guard try sampler.pick(logits, position: UInt32(position), choice: claim.choice) == token else {
      wrongToken = index
      throw Diverged()
    }
    chain.append(hidden: hidden, token: token, logit: logits[Int(token)])
    if let list, firstOther == nil, chain.head != list[index] { firstOther = index }
  }

  /// The earliest difference. A list that differs though its head is right is the list's fault alone.
  var finding: Reexecution.Finding? {
    if let wrongToken { return firstOther.map { .activation(position: $0) } ?? .token(position: wrongToken) }
    guard chain.head == claim.head else { return firstOther.map { .activation(position: $0) } ?? .head }
    guard let opened = claim.list, opened != chain.digests else { return nil }
    return .list(position: zip(opened, chain.digests).enumerated().first { $1.0 != $1.1 }?.offset)
  }
}
