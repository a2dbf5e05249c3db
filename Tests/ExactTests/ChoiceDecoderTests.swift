import Codec
import Cryptography
import Foundation
import Testing

@testable import Exact

/// Choices of the real model, with all that one can ask of them, generated and executed again.
@Suite struct ChoiceDecoderTests {
  static let sampled = SamplingParameters(
    temperature: 1.1, topK: 60, topP: 0.95, seed: 11, repetitionPenalty: 1.15, presencePenalty: 0.6,
    frequencyPenalty: 0.4, logitBias: [TokenBias(token: 30, bias: -100)])

  /// All choices of an answer, one after the other.
  static func generate(
    _ decoding: DecodingParameters, choices: Int = 1, prompt text: String = "Name three rivers of Europe."
  ) throws -> [ChoiceDecoder] {
    let model = try RealModel.automatic()
    let prompt = try RealModel.prompt(text)
    return try (0..<choices).map { index in
      let decoder = try ChoiceDecoder(
        model, prompt: prompt, decoding: decoding, choice: UInt32(index), salt: RealModel.salt)
      let generator = try Generator(model, pool: ThreadPool(threads: 2), prompt: prompt, decoder: decoder)
      var shown = ""
      while let step = try generator.next() { shown += step.text }
      #expect(shown == generator.text)
      return generator.decoder
    }
  }

  static func claim(
    _ decoding: DecodingParameters, _ choices: [ChoiceDecoder], prompt text: String = "Name three rivers of Europe."
  ) throws -> Reexecution.Claim {
    let chain = ActivationChain(joining: choices)
    return Reexecution.Claim(
      prompt: try RealModel.prompt(text), decoding: decoding,
      choices: try choices.map {
        Reexecution.Claim.Choice(
          tokens: $0.tokens, text: $0.text, toolCalls: $0.toolCalls, end: try #require($0.end))
      }, salt: RealModel.salt, head: chain.head, list: chain.digests)
  }

  static func check(_ claim: Reexecution.Claim) throws -> Reexecution.Outcome {
    try Reexecution.check(claim, on: RealModel.automatic(), pool: ThreadPool(threads: 1)).outcome
  }

  @Test("choices differ, their chain goes on from one to the next, and they execute again")
  func choices() throws {
    let decoding = DecodingParameters(sampling: Self.sampled, maxTokens: 6)
    let choices = try Self.generate(decoding, choices: 3)
    #expect(Set(choices.map(\.tokens)).count == 3)
    #expect(!choices.contains { $0.tokens.contains(30) })
    let chain = ActivationChain(joining: choices)
    #expect(chain.digests.count == 18)
    #expect(Array(chain.digests.prefix(6)) == ActivationChain(joining: [choices[0]]).digests)
    let claim = try Self.claim(decoding, choices)
    #expect(try Self.check(claim) == .agrees)

    var swapped = claim
    swapped.choices.swapAt(0, 1)
    guard case .diverges(let position?, _) = try Self.check(swapped) else {
      Issue.record("choices in another order were not caught")
      return
    }
    #expect(position < 6)
    var wrong = claim
    wrong.choices[2].tokens[1] = wrong.choices[2].tokens[1] == 100 ? 101 : 100
    #expect(try Self.check(wrong) == .diverges(position: 13, finding: .token(position: 13)))
    var apart = claim
    apart.list?[6] = SHA256.hash([1])
    #expect(try Self.check(apart) == .diverges(position: 6, finding: .list(position: 6)))
    var fewer = claim
    fewer.choices.removeLast()
    #expect(try Self.check(fewer) == .diverges(position: nil, finding: .head))
  }

  @Test("each penalty and bias changes what is picked, and another than the stated one is caught")
  func parameters() throws {
    let decoding = DecodingParameters(sampling: Self.sampled, maxTokens: 24)
    let claim = try Self.claim(decoding, Self.generate(decoding))
    let lies: [(inout SamplingParameters) -> Void] = [
      { $0.repetitionPenalty = 1 }, { $0.presencePenalty = -1 }, { $0.frequencyPenalty = -1 },
      { $0.logitBias = [TokenBias(token: claim.choices[0].tokens[0], bias: -100)] },
    ]
    for lie in lies {
      var other = claim
      lie(&other.decoding.sampling)
      guard case .diverges(_?, .token) = try Self.check(other) else {
        Issue.record("\(other.decoding.sampling) was not caught")
        continue
      }
    }
  }

  @Test("a stop string ends the answer before it, the token that completes it is in the chain, and lies are caught")
  func stop() throws {
    let plain = try Self.generate(DecodingParameters(sampling: .greedy, maxTokens: 24))[0]
    let word = try #require(plain.text.split(separator: " ").dropFirst(3).first.map(String.init))
    let cut = try #require(plain.text.range(of: word))
    let decoding = DecodingParameters(sampling: .greedy, maxTokens: 24, stop: ["never said", word])
    let choice = try Self.generate(decoding)[0]
    #expect(choice.end == .stop && choice.text == String(plain.text[..<cut.lowerBound]))
    #expect(choice.tokens == Array(plain.tokens.prefix(choice.tokens.count)))
    let claim = try Self.claim(decoding, [choice])
    #expect(try Self.check(claim) == .agrees)

    var text = claim
    text.choices[0].text += word
    #expect(try Self.check(text) == .diverges(position: nil, finding: .text(choice: 0)))
    var end = claim
    end.choices[0].end = .length
    #expect(
      try Self.check(end) == .diverges(position: nil, finding: .finish(.other(stated: .length, found: .stop))))
    var unasked = claim
    unasked.decoding.stop = []
    #expect(
      try Self.check(unasked) == .diverges(position: nil, finding: .finish(.other(stated: .stop, found: nil))))
    let longer = try Self.claim(decoding, [plain])
    guard case .diverges(let position?, .finish(.continuesAfterEnd)) = try Self.check(longer) else {
      Issue.record("an answer that goes on after a stop string was not caught")
      return
    }
    #expect(position == choice.tokens.count - 1)
  }

  @Test("a JSON answer is whole within its limit, and one that leaves the grammar is caught")
  func json() throws {
    let schema: JSON = [
      "type": "object", "properties": ["name": ["type": "string", "maxLength": 12], "age": ["type": "integer"]],
      "required": ["name", "age"], "additionalProperties": false,
    ]
    for sampling in [SamplingParameters.greedy, SamplingParameters(temperature: 1, seed: 4)] {
      let decoding = DecodingParameters(
        sampling: sampling, maxTokens: 48, grammar: try OutputGrammar(schema: schema))
      let choice = try Self.generate(decoding, prompt: "Describe a person.")[0]
      let value = try JSON(parsing: Array(choice.text.utf8))
      #expect(choice.end == .stop && value["name"]?.stringValue != nil && value["age"]?.intValue != nil)
      var claim = try Self.claim(decoding, [choice], prompt: "Describe a person.")
      #expect(try Self.check(claim) == .agrees)
      claim.decoding.grammar = nil
      #expect(try Self.check(claim) != .agrees)
    }
    let free = DecodingParameters(sampling: .greedy, maxTokens: 8)
    var claim = try Self.claim(free, Self.generate(free, prompt: "Describe a person."), prompt: "Describe a person.")
    claim.decoding.grammar = try .json
    #expect(try Self.check(claim) == .diverges(position: 0, finding: .token(position: 0)))
  }

  @Test("a forced call of a tool is a call and no text, and a changed one is caught")
  func toolCall() throws {
    let form = ToolCallForm(prefix: "<tool_call>\n", suffix: "\n</tool_call>")
    let parameters: JSON = [
      "type": "object", "properties": ["city": ["type": "string", "maxLength": 8]], "required": ["city"],
      "additionalProperties": false,
    ]
    let decoding = DecodingParameters(
      sampling: .greedy, maxTokens: 64, grammar: try .toolCalls([("weather", parameters)], form: form),
      toolCallForm: form)
    let question = "What is the weather in Oslo?"
    let choice = try Self.generate(decoding, prompt: question)[0]
    #expect(choice.end == .toolCalls && choice.text.isEmpty && choice.toolCalls.map(\.name) == ["weather"])
    let arguments = try JSON(parsing: Array(choice.toolCalls[0].arguments.utf8))
    #expect(arguments["city"]?.stringValue != nil)
    let claim = try Self.claim(decoding, [choice], prompt: question)
    #expect(try Self.check(claim) == .agrees)
    var other = claim
    other.choices[0].toolCalls[0].arguments = "{}"
    #expect(try Self.check(other) == .diverges(position: nil, finding: .text(choice: 0)))
    var stop = claim
    stop.choices[0].end = .stop
    #expect(
      try Self.check(stop) == .diverges(position: nil, finding: .finish(.other(stated: .stop, found: .toolCalls))))
  }

  @Test("log-probabilities come with every token but the end of the turn, and change nothing")
  func logprobs() throws {
    let model = try RealModel.automatic()
    let prompt = try RealModel.prompt("Reply with the single word yes.")
    func run(_ top: Int?) throws -> (tokens: [UInt32], logprobs: [TokenLogprobs?]) {
      let generator = try Generator(
        model, pool: ThreadPool(threads: 2), prompt: prompt,
        decoding: DecodingParameters(sampling: .greedy, maxTokens: 64, topLogprobs: top), salt: RealModel.salt)
      var found: [TokenLogprobs?] = []
      while let step = try generator.next() { found.append(step.logprobs) }
      return (generator.tokens, found)
    }
    let (silent, told) = (try run(nil), try run(3))
    #expect(silent.tokens == told.tokens && silent.logprobs.allSatisfy { $0 == nil })
    #expect(told.logprobs.last == .some(nil))
    for (token, logprobs) in zip(told.tokens, told.logprobs.dropLast()) {
      let logprobs = try #require(logprobs)
      // Greedy: what was chosen is the likeliest.
      #expect(logprobs.chosen.token == token && logprobs.top.first == logprobs.chosen && logprobs.top.count == 3)
    }
  }

  @Test("what no decoder could do is refused before anything runs")
  func refusals() throws {
    let model = try RealModel.automatic()
    func refused(_ decoding: DecodingParameters) -> GenerationError? {
      #expect(throws: GenerationError.self) {
        try ChoiceDecoder(model, prompt: [1], decoding: decoding, salt: RealModel.salt)
      }
    }
    func plain(_ stop: [String] = [], top: Int? = nil) -> DecodingParameters {
      DecodingParameters(sampling: .greedy, maxTokens: 4, stop: stop, topLogprobs: top)
    }
    #expect(refused(plain([""])) == .badStop(why: "has a text of 0 bytes, it must have 1 to 256"))
    #expect(refused(plain(Array(repeating: "x", count: 5))) == .badStop(why: "has 5 texts, above the limit of 4"))
    #expect(refused(plain(top: 21)) == .badTopLogprobs(21))
    var biased = plain()
    biased.sampling.logitBias = [TokenBias(token: 49_152, bias: 1)]
    #expect(refused(biased) == .sampling(.biasOutsideVocabulary(token: 49_152, vocabulary: 49_152)))
  }
}
