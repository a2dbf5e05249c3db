import Cryptography
import Testing

@testable import Exact
@testable import ExactReference

/// Claims of many kinds on the poisoned synthetic model: honest ones, each kind of lie about them, those that no executor
/// could act on, and those that lead to numbers that are not finite.
struct ClaimRoster {
  let model: ChatModel
  private(set) var claims: [(name: String, claim: Reexecution.Claim)] = []

  init() throws {
    model = try SyntheticChat.poisoned()
    try addHonest()
    try addUnbiased()
    try addLies()
    try addImpossible()
    try addPoisoned()
  }

  private mutating func add(
    _ name: String, _ claim: Reexecution.Claim, _ edit: (inout Reexecution.Claim) throws -> Void
  )
    rethrows
  {
    var edited = claim
    try edit(&edited)
    claims.append((name, edited))
  }

  // MARK: Kinds

  private mutating func addHonest() throws {
    claims.append(("short", try honest(prompt: 9, 1, maxTokens: 6)))
    claims.append(("one token of prompt and answer", try honest(prompt: 1, 2, maxTokens: 1)))
    claims.append(("sampled", try honest(prompt: 70, 3, temperature: 1.2, maxTokens: 40)))
    claims.append(("long", try honest(prompt: 150, 4, temperature: 0.9, maxTokens: 100)))
    claims.append(("stopped", try honest(prompt: 30, 5, maxTokens: 20, stopAfter: [7])))
    claims.append(("choices", try honest(prompt: 20, 6, temperature: 1, maxTokens: 9, stopAfter: [nil, nil, nil])))
    claims.append(
      ("choices of which some are empty", try honest(prompt: 66, 7, maxTokens: 8, stopAfter: [0, 5, 0, nil])))
    claims.append(("nothing but empty choices", try honest(prompt: 5, 8, maxTokens: 8, stopAfter: [0, 0])))
  }

  /// Those whose tokens are picked row by row, in any order.
  private mutating func addUnbiased() throws {
    let greedy = try unbiased(prompt: 90, 20, temperature: 0, maxTokens: 80)
    let sampled = try unbiased(prompt: 33, 40, temperature: 1, maxTokens: 50, stopAfter: [nil, nil])
    claims += [("greedy", greedy), ("sampled row by row", sampled)]
    for (name, claim, place) in [("greedy", greedy, 70), ("sampled", sampled, 44)] {
      add("\(name), another token", claim) {
        $0.choices[0].tokens[place] = $0.choices[0].tokens[place] == 20 ? 21 : 20
      }
      add("\(name), poison", claim) { $0.choices[0].tokens[place] = SyntheticChat.poison }
      add("\(name), another head", claim) { ($0.head, $0.list) = (SHA256.hash([2]), nil) }
    }
  }

  private mutating func addLies() throws {
    let claim = try honest(prompt: 40, 9, temperature: 1.1, maxTokens: 24, stopAfter: [nil, nil])
    for (choice, place) in [(0, 0), (0, 11), (1, 23)] {
      add("token \(place) of choice \(choice)", claim) {
        $0.choices[choice].tokens[place] = $0.choices[choice].tokens[place] == 20 ? 21 : 20
      }
    }
    add("a token of no vocabulary", claim) { $0.choices[0].tokens[5] = 200 }
    let other = SHA256.hash([1])
    add("head", claim) { $0.head = other }
    add("head, without list", claim) { ($0.head, $0.list) = (other, nil) }
    add("list", claim) { $0.list?[30] = other }
    add("short list", claim) { $0.list?.removeLast() }
    add("salt", claim) { $0.salt[3] ^= 1 }
    add("prompt", claim) { $0.prompt[2] = $0.prompt[2] == 20 ? 21 : 20 }
    add("seed", claim) { $0.decoding.sampling.seed = 77 }
    add("text", claim) { $0.choices[1].text += "a" }
    add("end", claim) { $0.choices[0].end = .stop }
    add("fewer choices", claim) { $0.choices.removeLast() }
    add("above the limit", claim) { $0.decoding.maxTokens = 23 }
    let text = claim.choices[0].text
    add("goes on after the end", claim) { $0.decoding.stop = [String(text.dropFirst(text.count / 2).prefix(1))] }
  }

  private mutating func addImpossible() throws {
    let claim = try honest(prompt: 12, 10, maxTokens: 5)
    add("no prompt", claim) { $0.prompt = [] }
    add("no tokens allowed", claim) { $0.decoding.maxTokens = 0 }
    add("outside the context", claim) { $0.decoding.maxTokens = 245 }
    add("no salt", claim) { $0.salt = [] }
    add("no temperature", claim) { $0.decoding.sampling.temperature = -1 }
    add("an empty stop", claim) { $0.decoding.stop = [""] }
    add("a prompt of no vocabulary", claim) { $0.prompt[4] = 200 }
  }

  private mutating func addPoisoned() throws {
    let claim = try honest(prompt: 50, 11, temperature: 1, maxTokens: 30)
    add("a prompt that is not finite", claim) { $0.prompt[25] = SyntheticChat.poison }
    add("a prompt that is not finite at its end", claim) { $0.prompt[49] = SyntheticChat.poison }
    // Its row says that another token is picked before it is ever computed.
    add("an answer that is not finite", claim) { $0.choices[0].tokens[12] = SyntheticChat.poison }
    add("an answer that is not finite behind a lie", claim) {
      $0.choices[0].tokens[3] = $0.choices[0].tokens[3] == 20 ? 21 : 20
      $0.choices[0].tokens[4] = SyntheticChat.poison
    }
    add("a last token that nobody computes", claim) { $0.choices[0].tokens[29] = SyntheticChat.poison }
  }

  // MARK: An executor

  /// The first of some claims without bias whose choices happen to be as long as they may be.
  private func unbiased(
    prompt length: Int, _ seed: UInt64, temperature: Float, maxTokens: Int, stopAfter: [Int?] = [nil]
  ) throws -> Reexecution.Claim {
    let found = (seed..<seed + 100).lazy.compactMap { seed in
      try? honest(
        prompt: length, seed, temperature: temperature, maxTokens: maxTokens, stopAfter: stopAfter, isBiased: false)
    }.first { $0.choices.allSatisfy { $0.tokens.count == maxTokens } }
    return try #require(found)
  }

  /// - Parameter stopAfter: for each choice the tokens after which it is stopped; nil: as many as it may have.
  private func honest(
    prompt length: Int, _ seed: UInt64, temperature: Float = 0, maxTokens: Int, stopAfter: [Int?] = [nil],
    isBiased: Bool = true
  ) throws -> Reexecution.Claim {
    // Keeps the poison away, and the ends of turns: an answer is as long as it may be.
    let bias = isBiased ? [1, 2, SyntheticChat.poison].map { TokenBias(token: $0, bias: -100) } : []
    let sampling = SamplingParameters(temperature: temperature, seed: seed, logitBias: bias)
    let decoding = DecodingParameters(sampling: sampling, maxTokens: maxTokens)
    let prompt = ModelFixture.tokens(length, vocabulary: 200, seed: seed).map { $0 == SyntheticChat.poison ? 8 : $0 }
    let choices = try stopAfter.enumerated().map { index, stop in
      var decoder = try ChoiceDecoder(
        model, prompt: prompt, decoding: decoding, choice: UInt32(index), salt: SyntheticChat.salt)
      let generator = try Generator(model, pool: ThreadPool(threads: 1), prompt: prompt, decoder: decoder)
      var count = 0
      while count < stop ?? .max, try generator.next() != nil { count += 1 }
      decoder = generator.decoder
      _ = decoder.cancel()
      return decoder
    }
    let chain = ActivationChain(joining: choices)
    return Reexecution.Claim(
      prompt: prompt, decoding: decoding,
      choices: try choices.map {
        Reexecution.Claim.Choice(tokens: $0.tokens, text: $0.text, toolCalls: $0.toolCalls, end: try #require($0.end))
      }, salt: SyntheticChat.salt, head: chain.head, list: chain.digests)
  }
}
