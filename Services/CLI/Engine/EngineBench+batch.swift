import Exact

extension EngineBench {
  private static let tokensOfAnswers = 32

  /// Generates `count` answers of 32 tokens, each after another short prompt, and executes them again one after another
  /// and together: what the verification service does with calls that meet.
  func batch(_ count: Int, repeats: Int) throws -> [BenchTest] {
    let chat = try ChatModel(model)
    let claims = try (0..<count).map { try claim(tokens(Self.promptOfAnswers, seed: UInt64(43 + $0)), on: chat) }
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
    let sum = count * Self.tokensOfAnswers
    return [
      BenchTest(name: "apart\(count)", tokens: sum, seconds: apart),
      BenchTest(name: "together\(count)", tokens: sum, seconds: together),
    ]
  }

  private func claim(_ prompt: [UInt32], on chat: ChatModel) throws -> Reexecution.Claim {
    let salt = [UInt8](repeating: 0, count: ActivationChain.saltBytes)
    let decoding = DecodingParameters(sampling: .greedy, maxTokens: Self.tokensOfAnswers)
    let generator = try Generator(chat, pool: pool, prompt: prompt, decoding: decoding, salt: salt)
    while try generator.next() != nil {}
    let choice = Reexecution.Claim.Choice(
      tokens: generator.tokens, text: generator.text, end: generator.end ?? .cancelled)
    return Reexecution.Claim(
      prompt: prompt, decoding: decoding, choices: [choice], salt: salt, head: generator.chain.head,
      list: generator.chain.digests)
  }

  private static func require(_ done: Reexecution) throws {
    guard done.outcome == .agrees else {
      throw Failure("an answer was not executed again to the same bits: exact/1 does not hold here", status: 70)
    }
  }
}
