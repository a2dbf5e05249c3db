import Cryptography
import Exact
import Foundation
import Testing

@testable import ExactReference

@Suite struct ReexecutionTests {
  static let sampled = SamplingParameters(temperature: 1.2, topK: 50, topP: 0.95, seed: 42)

  static func claim(_ generator: Generator, _ sampling: SamplingParameters, maxTokens: Int = 12) throws
    -> Reexecution.Claim
  {
    Reexecution.Claim(
      prompt: generator.prompt, decoding: DecodingParameters(sampling: sampling, maxTokens: maxTokens),
      choices: [.init(tokens: generator.tokens, text: generator.text, end: try #require(generator.end))],
      salt: RealModel.salt, head: generator.chain.head, list: generator.chain.digests)
  }

  static func check(
    _ claim: Reexecution.Claim, on model: ChatModel? = nil, threads: Int = 1
  ) throws -> Reexecution.Outcome {
    try Reexecution.check(claim, on: model ?? RealModel.automatic(), pool: ThreadPool(threads: threads)).outcome
  }

  @Test("an honest answer executes again on other kernels and another number of threads")
  func honest() throws {
    for (sampling, seedless) in [(SamplingParameters.greedy, true), (Self.sampled, false)] {
      let claim = try Self.claim(RealModel.generate(sampling), sampling)
      let result = try Reexecution.check(claim, on: RealModel.scalar(), pool: ThreadPool(threads: 1))
      #expect(result.outcome == .agrees && result.positions == 12, "greedy: \(seedless)")
      #expect(try Self.check(claim, threads: 3) == .agrees)
    }
  }

  @Test("a wrong token is named with its position", arguments: [0, 4, 11])
  func wrongToken(position: Int) throws {
    var claim = try Self.claim(RealModel.generate(Self.sampled), Self.sampled)
    claim.choices[0].tokens[position] = claim.choices[0].tokens[position] == 1000 ? 1001 : 1000
    #expect(try Self.check(claim) == .diverges(position: position, finding: .token(position: position)))
    claim.choices[0].tokens[position] = 49_152  // of no vocabulary
    #expect(try Self.check(claim) == .diverges(position: position, finding: .token(position: position)))
    claim.list = nil
    #expect(try Self.check(claim) == .diverges(position: position, finding: .token(position: position)))
  }

  @Test("a changed parameter is caught at the first token that it changes")
  func parameters() throws {
    let claim = try Self.claim(RealModel.generate(Self.sampled, maxTokens: 24), Self.sampled, maxTokens: 24)
    #expect(try Self.check(claim) == .agrees)
    var temperature = claim
    temperature.decoding.sampling.temperature = 0
    var seed = claim
    seed.decoding.sampling.seed = 43
    for other in [temperature, seed] {
      guard case .diverges(let position?, .token) = try Self.check(other) else {
        Issue.record("\(other.decoding.sampling) was not caught")
        continue
      }
      #expect((0..<24).contains(position))
    }
  }

  @Test("an altered head, list or salt is caught and told apart")
  func chain() throws {
    let claim = try Self.claim(RealModel.generate(), .greedy)
    var bytes = claim.head.bytes
    bytes[31] ^= 1
    var head = claim
    head.head = try Digest32(bytes)
    #expect(try Self.check(head) == .diverges(position: nil, finding: .head))
    head.list = nil
    #expect(try Self.check(head) == .diverges(position: nil, finding: .head))
    var list = claim
    list.list?[3] = head.head
    #expect(try Self.check(list) == .diverges(position: 3, finding: .list(position: 3)))
    list.list = claim.list.map { Array($0.dropLast()) }
    #expect(try Self.check(list) == .diverges(position: nil, finding: .list(position: nil)))
    var salt = claim
    salt.salt[0] ^= 1
    #expect(try Self.check(salt) == .diverges(position: 0, finding: .activation(position: 0)))
  }

  @Test("another prompt is caught by its activations even where the tokens agree")
  func prompt() throws {
    var claim = try Self.claim(RealModel.generate(), .greedy)
    claim.prompt[claim.prompt.count - 8] ^= 1
    guard case .diverges(0?, _) = try Self.check(claim) else {
      Issue.record("another prompt was not caught at once")
      return
    }
  }

  @Test("one changed weight nibble is caught, and the list names the first position")
  func weight() throws {
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: ModelFixture.realModelPath())))
    let tensor = try #require(ModelFixture.file().tensor(named: "blk.17.ffn_up.weight"))
    // The first block: two F16 scales, then 16 bytes of nibbles. Only one weight changes, by one step or more.
    bytes[tensor.offset + 4] ^= 0x01
    let file = try TemporaryFile(bytes)
    let forged = try file.use { try ChatModel.load(path: $0, kernel: .automatic, threads: 2) }
    #expect(forged.identity != (try RealModel.automatic().identity))
    let generator = try RealModel.generate(on: forged)
    let claim = try Self.claim(generator, .greedy)
    #expect(try Self.check(claim, on: forged) == .agrees)
    guard case .diverges(let position?, let finding) = try Self.check(claim) else {
      Issue.record("a changed weight was not caught")
      return
    }
    #expect(finding == .activation(position: position) || finding == .token(position: position))
    let honest = try RealModel.generate()
    let first = zip(honest.chain.digests, generator.chain.digests).enumerated().first { $1.0 != $1.1 }?.offset
    #expect(position == first)
    if honest.tokens == generator.tokens {
      var headOnly = claim
      headOnly.list = nil
      #expect(try Self.check(headOnly) == .diverges(position: nil, finding: .head))
    }
  }

  @Test("a cancelled answer executes again, also an empty one", arguments: [0, 1, 5])
  func cancelled(tokens: Int) throws {
    let claim = try Self.claim(RealModel.generate(stopAfter: tokens), .greedy)
    #expect(claim.choices[0].tokens.count == tokens && claim.choices[0].end == .cancelled)
    #expect(try Self.check(claim) == .agrees)
  }

  @Test("no other end than the one of the tokens can be claimed")
  func finish() throws {
    func other(_ claim: Reexecution.Claim, _ end: GenerationEnd) -> Reexecution.Claim {
      var claim = claim
      claim.choices[0].end = end
      return claim
    }
    let length = try Self.claim(RealModel.generate(), .greedy)
    for end in [GenerationEnd.stop, .cancelled] {
      #expect(
        try Self.check(other(length, end))
          == .diverges(position: nil, finding: .finish(.other(stated: end, found: .length))))
    }
    let cut = try Self.claim(RealModel.generate(stopAfter: 4), .greedy)
    for end in [GenerationEnd.stop, .length] {
      #expect(
        try Self.check(other(cut, end)) == .diverges(position: nil, finding: .finish(.other(stated: end, found: nil))))
    }
    let stopped = try Self.claim(
      RealModel.generate(maxTokens: 64, prompt: "Reply with the single word yes."), .greedy, maxTokens: 64)
    #expect(try Self.check(stopped) == .agrees)
    #expect(
      try Self.check(other(stopped, .cancelled))
        == .diverges(position: nil, finding: .finish(.other(stated: .cancelled, found: .stop))))
    var above = length
    above.decoding.maxTokens = 11
    #expect(
      try Self.check(above)
        == .diverges(position: nil, finding: .finish(.aboveLimit(tokens: 12, limit: 11))))
  }

  @Test("an answer that goes on after the end of its turn is caught there")
  func afterTheEnd() throws {
    let stopped = try RealModel.generate(maxTokens: 64, prompt: "Reply with the single word yes.")
    // What an executor that ignores the end would have computed.
    let model = try RealModel.automatic()
    let session = try Session(model: model.model, pool: ThreadPool(threads: 2), contextLimit: 256)
    var claim = try Self.claim(stopped, .greedy, maxTokens: stopped.tokens.count + 1)
    var chain = try ActivationChain(salt: RealModel.salt)
    let first = claim.prompt.count - 1
    try session.append(claim.prompt + claim.choices[0].tokens, rowsFrom: first) { position, hidden, logits in
      let token = try Sampler.greedy(logits)
      chain.append(hidden: hidden, token: token, logit: logits[Int(token)])
      if position - first == stopped.tokens.count { claim.choices[0].tokens.append(token) }
    }
    claim.head = chain.head
    claim.list = chain.digests
    claim.choices[0].end = .length
    let end = stopped.tokens.count - 1
    #expect(try Self.check(claim) == .diverges(position: end, finding: .finish(.continuesAfterEnd(position: end))))
  }

  @Test("a check can be cancelled, and refuses claims that no executor could act on")
  func refusals() throws {
    let claim = try Self.claim(RealModel.generate(), .greedy)
    let pool = try ThreadPool(threads: 1)
    let model = try RealModel.automatic()
    #expect(throws: GenerationError.cancelled) { try Reexecution.check(claim, on: model, pool: pool) { true } }
    var salt = claim
    salt.salt = []
    #expect(throws: GenerationError.badSalt(bytes: 0, expected: 32)) {
      try Reexecution.check(salt, on: model, pool: pool)
    }
    var limit = claim
    limit.decoding.maxTokens = model.model.shape.contextLength
    #expect(throws: GenerationError.self) { try Reexecution.check(limit, on: model, pool: pool) }
  }
}
