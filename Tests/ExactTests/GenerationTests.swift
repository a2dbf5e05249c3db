import Cryptography
import Exact
import Foundation
import Synchronization
import Testing

@testable import ExactReference

/// The real model in the forms that tests compare, each loaded once.
enum RealModel {
  static let salt = [UInt8](repeating: 7, count: 32)

  static func automatic() throws -> ChatModel { try wide.get() }
  static func scalar() throws -> ChatModel { try narrow.get() }

  private static let wide = Result { try load(.automatic) }
  private static let narrow = Result { try load(.scalar) }

  private static func load(_ kernel: KernelChoice) throws -> ChatModel {
    try ChatModel.load(path: ModelFixture.realModelPath(), kernel: kernel, threads: 2)
  }

  static func prompt(_ text: String = "Name three rivers of Europe.") throws -> [UInt32] {
    try automatic().render([ChatMessage(role: .user, content: text)])
  }

  /// A finished generation on the widest kernels with two threads.
  static func generate(
    _ sampling: SamplingParameters = .greedy, maxTokens: Int = 12, prompt text: String = "Name three rivers of Europe.",
    on model: ChatModel? = nil, stopAfter: Int? = nil
  ) throws -> Generator {
    let asked = Mutex(0)
    let generator = try Generator(
      model ?? automatic(), pool: ThreadPool(threads: 2), prompt: prompt(text), sampling: sampling,
      maxTokens: maxTokens,
      salt: salt
    ) {
      asked.withLock { asked in
        asked += 1
        return stopAfter.map { asked > $0 } ?? false
      }
    }
    while try generator.next() != nil {}
    return generator
  }
}

@Suite struct GenerationTests {
  @Test("an answer stops at the end of the turn, and that token is part of tokens and chain but not of the text")
  func stop() throws {
    let generator = try RealModel.generate(maxTokens: 64, prompt: "Reply with the single word yes.")
    #expect(generator.end == .stop)
    let last = try #require(generator.tokens.last)
    #expect(try RealModel.automatic().tokenizer.isEndOfGeneration(last))
    #expect(generator.chain.digests.count == generator.tokens.count)
    let text = try RealModel.automatic().text(of: generator.tokens)
    #expect(!text.isEmpty && !text.contains("<|im_end|>"))
  }

  @Test("an answer of the most tokens ends by length")
  func length() throws {
    let generator = try RealModel.generate(maxTokens: 5)
    #expect(generator.end == .length && generator.tokens.count == 5)
    #expect(try generator.next() == nil)
  }

  @Test("a cancelled answer keeps what it has, and none has the chain's first link as its head", arguments: [0, 3])
  func cancelled(after: Int) throws {
    let generator = try RealModel.generate(stopAfter: after)
    #expect(generator.end == .cancelled && generator.tokens.count == after)
    if after == 0 { #expect(generator.chain == (try ActivationChain(salt: RealModel.salt))) }
  }

  @Test("a long prompt is taken in parts, which changes no bit, and can be cancelled between them")
  func longPrompt() throws {
    let text = String(repeating: "All happy families are alike. ", count: 60)
    let prompt = try RealModel.prompt(text)
    #expect(prompt.count > 256)
    let generator = try RealModel.generate(maxTokens: 2, prompt: text)
    let session = try Session(
      model: RealModel.automatic().model, pool: ThreadPool(threads: 1), contextLimit: prompt.count)
    var chain = try ActivationChain(salt: RealModel.salt)
    try session.append(prompt, rowsFrom: prompt.count - 1, chunk: 512) { _, hidden, logits in
      let token = try Sampler.greedy(logits)
      chain.append(hidden: hidden, token: token, logit: logits[Int(token)])
    }
    #expect(chain.digests == Array(generator.chain.digests.prefix(1)))
    #expect(try RealModel.generate(prompt: text, stopAfter: 1).end == .cancelled)
  }

  @Test("the same seed gives the same answer, another seed another")
  func seeds() throws {
    let first = try RealModel.generate(SamplingParameters(temperature: 1, topK: 40, seed: 1), maxTokens: 16)
    let again = try RealModel.generate(SamplingParameters(temperature: 1, topK: 40, seed: 1), maxTokens: 16)
    let other = try RealModel.generate(SamplingParameters(temperature: 1, topK: 40, seed: 2), maxTokens: 16)
    #expect(first.tokens == again.tokens && first.chain == again.chain)
    #expect(first.tokens != other.tokens)
  }

  @Test("a chain is the hash of its links as the format states them")
  func chain() throws {
    var chain = try ActivationChain(salt: RealModel.salt)
    let start = SHA256.hash(Array("colophon/activation/v1".utf8) + [0] + RealModel.salt)
    #expect(chain.head == start && chain.list.isEmpty)
    let hidden: [Float] = [1, -2]
    hidden.withUnsafeBufferPointer { chain.append(hidden: $0, token: 0x0102_0304, logit: 0.5) }
    let link: [UInt8] = [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 1, 2, 3, 4, 0, 0, 0, 0x3f]
    #expect(chain.head == SHA256.hash(start.bytes + link))
    #expect(chain.list == chain.head.bytes)
    #expect(ActivationChain.digests(of: chain.list) == [chain.head])
    #expect(ActivationChain.digests(of: [1, 2, 3]) == nil)
  }

  @Test("requests that cannot be executed are refused before anything runs")
  func refusals() throws {
    let model = try RealModel.automatic()
    let pool = try ThreadPool(threads: 1)
    func make(prompt: [UInt32] = [1], maxTokens: Int = 1, salt: [UInt8] = RealModel.salt, temperature: Float = 0) throws
    {
      _ = try Generator(
        model, pool: pool, prompt: prompt, sampling: SamplingParameters(temperature: temperature, seed: 0),
        maxTokens: maxTokens, salt: salt)
    }
    #expect(throws: GenerationError.badSalt(bytes: 31, expected: 32)) {
      try make(salt: Array(RealModel.salt.dropLast()))
    }
    #expect(throws: GenerationError.emptyPrompt) { try make(prompt: []) }
    #expect(throws: GenerationError.badMaxTokens(0)) { try make(maxTokens: 0) }
    #expect(throws: GenerationError.sampling(.temperature(-1))) { try make(temperature: -1) }
    let limit = model.model.shape.contextLength
    #expect(throws: GenerationError.contextExceeded(promptTokens: 1, maxTokens: limit, limit: limit)) {
      try make(maxTokens: limit)
    }
    #expect(throws: GenerationError.contextExceeded(promptTokens: 1, maxTokens: .max, limit: limit)) {
      try make(maxTokens: .max)
    }
  }
}
