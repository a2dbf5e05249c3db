import Exact

/// What an executor and the verification service do with greedy answers.
extension EngineBench {
  private static let promptTokens = 32
  private static let batchedTokens = 32
  /// Prompts of which one shall have an answer that is long enough.
  private static let seeds: ClosedRange<UInt64> = 42...73

  /// Generates an answer of `count` tokens to a short prompt, then executes it again. Both take in the prompt.
  func verify(_ count: Int, repeats: Int) throws -> [BenchTest] {
    let chat = try ChatModel(model)
    let prompts = Self.seeds.lazy.map { tokens(Self.promptTokens, seed: $0) }
    let length = { try answer(to: $0, count, on: chat).claim.choices[0].tokens.count }
    guard let prompt = try prompts.first(where: { try length($0) == count }) else {
      throw Failure("no prompt has a greedy answer of \(count) tokens: ask for fewer with --verify", status: 64)
    }
    var (generating, checking): ([Double], [Double]) = ([], [])
    for run in 0...repeats {
      let (claim, seconds) = try answer(to: prompt, count, on: chat)
      let check = try time { try Self.require(Reexecution.check(claim, on: chat, pool: pool)) }
      if run > 0 {
        generating.append(seconds)
        checking.append(check)
      }
    }
    return [
      BenchTest(name: "generate\(count)", tokens: count, seconds: generating),
      BenchTest(name: "verify\(count)", tokens: count, seconds: checking),
    ]
  }

  /// Generates `count` answers of 32 tokens, each after another short prompt, and executes them again one after another
  /// and together: what the verification service does with calls that meet.
  func batch(_ count: Int, repeats: Int) throws -> [BenchTest] {
    let chat = try ChatModel(model)
    let claims = try (0..<count).map {
      try answer(to: tokens(Self.promptTokens, seed: UInt64(43 + $0)), Self.batchedTokens, on: chat).claim
    }
    var (apart, together): ([Double], [Double]) = ([], [])
    for run in 0...repeats {
      let one = try time {
        for claim in claims { try Self.require(Reexecution.check(claim, on: chat, pool: pool)) }
      }
      var checked: [Result<Reexecution, GenerationError>] = []
      let all = try time { Reexecution.check(claims, on: chat, pool: pool) { checked.append($1) } }
      guard checked.count == count else { throw Failure("an answer was not checked", status: 70) }
      for result in checked { try Self.require(result.get()) }
      if run > 0 {
        apart.append(one)
        together.append(all)
      }
    }
    let sum = count * Self.batchedTokens
    return [
      BenchTest(name: "apart\(count)", tokens: sum, seconds: apart),
      BenchTest(name: "together\(count)", tokens: sum, seconds: together),
    ]
  }

  /// A greedy answer, and the seconds that it took.
  private func answer(
    to prompt: [UInt32], _ count: Int, on chat: ChatModel
  ) throws -> (claim: Reexecution.Claim, seconds: Double) {
    let salt = [UInt8](repeating: 0, count: ActivationChain.saltBytes)
    let decoding = DecodingParameters(sampling: .greedy, maxTokens: count)
    let generator = try Generator(chat, pool: pool, prompt: prompt, decoding: decoding, salt: salt)
    let seconds = try time { while try generator.next() != nil {} }
    let choice = Reexecution.Claim.Choice(
      tokens: generator.tokens, text: generator.text, end: generator.end ?? .cancelled)
    let claim = Reexecution.Claim(
      prompt: prompt, decoding: decoding, choices: [choice], salt: salt, head: generator.chain.head,
      list: generator.chain.digests)
    return (claim, seconds)
  }

  private static func require(_ done: Reexecution) throws {
    guard done.outcome == .agrees else {
      throw Failure("an answer was not executed again to the same bits: exact/1 does not hold here", status: 70)
    }
  }
}
