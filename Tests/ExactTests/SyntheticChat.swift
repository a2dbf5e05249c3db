import Exact
import Foundation
import Synchronization
import Testing

@testable import ExactReference

/// A chat model small enough for many answers: the synthetic llama of two layers with a vocabulary of 200 tokens.
enum SyntheticChat {
  static let salt = [UInt8](repeating: 9, count: 32)

  static func load(_ kernel: KernelChoice = .automatic) throws -> ChatModel {
    try load(writer(), kernel)
  }

  private static func load(_ writer: GGUFWriter, _ kernel: KernelChoice) throws -> ChatModel {
    let file = try TemporaryFile(writer.bytes())
    return try file.use { try ChatModel.load(path: $0, kernel: kernel, threads: 2) }
  }

  /// The token that no layer of the `poisoned` model can take in.
  static let poison: UInt32 = 7

  /// A model whose embedding of one token is so large that its norm overflows. Other tokens are as they were.
  static func poisoned() throws -> ChatModel {
    var writer = try writer(.f32, tied: false)
    let index = try #require(writer.tensors.firstIndex { $0.name == "token_embd.weight" })
    for column in 0..<64 {
      let place = 4 * (Int(poison) * 64 + column)
      writer.tensors[index].bytes.replaceSubrange(place..<place + 4, with: [0xff, 0xff, 0x7f, 0x7f])
    }
    return try load(writer, .automatic)
  }

  static func writer(_ type: GGUFTensorType = .q4_1, tied: Bool = true) throws -> GGUFWriter {
    var writer = ModelFixture.synthetic(type, tied: tied)
    let printable = (33...126).map { String(UnicodeScalar(UInt8($0))) }
    let markers = ["<|im_start|>", "<|im_end|>", "<|endoftext|>"]
    var tokens = markers + printable + ["Ġ", "Ċ"]
    let pairs = printable.flatMap { first in ["a", "e"].map { first + $0 } }
    tokens += pairs.prefix(200 - tokens.count)
    let template = try #require(ModelFixture.file().metadata["tokenizer.chat_template"])
    writer.pairs += [
      ("tokenizer.ggml.model", .string("gpt2")), ("tokenizer.ggml.pre", .string("smollm")),
      ("tokenizer.ggml.tokens", .array(tokens.map { .string($0) })),
      ("tokenizer.ggml.token_type", .array(tokens.map { .int32(markers.contains($0) ? 3 : 1) })),
      ("tokenizer.ggml.merges", .array([.string("A a")])),
      ("tokenizer.ggml.eos_token_id", .uint32(1)), ("tokenizer.chat_template", template),
    ]
    return writer
  }
}

/// One request to a scheduler, and what became of it.
final class Served: Sendable {
  struct Answer: Equatable {
    var tokens: [UInt32]
    var text: String
    var end: GenerationEnd?
  }

  let prompt: [UInt32]
  let decoding: DecodingParameters
  let choices: Int
  private let key: [UInt8]?
  private let stopAfter: Int?
  private let seen = Mutex<[ServingEvent]>([])
  private let ended = DispatchSemaphore(value: 0)

  /// - Parameter stopAfter: tokens after which the request is cancelled.
  init(
    _ prompt: [UInt32], _ sampling: SamplingParameters, maxTokens: Int, choices: Int = 1, key: [UInt8]? = nil,
    stopAfter: Int? = nil
  ) {
    self.prompt = prompt
    decoding = DecodingParameters(sampling: sampling, maxTokens: maxTokens)
    self.choices = choices
    self.key = key
    self.stopAfter = stopAfter
  }

  func submit(to scheduler: Scheduler, _ model: ChatModel) throws {
    let decoders = try (0..<choices).map {
      try ChoiceDecoder(model, prompt: prompt, decoding: decoding, choice: UInt32($0), salt: SyntheticChat.salt)
    }
    let request = ServingRequest(prompt: prompt, choices: decoders, sharingKey: key) { [self] in
      stopAfter.map { count in seen.withLock { $0.count >= count } } ?? false
    }
    try scheduler.submit(request) { [self] event in
      seen.withLock { $0.append(event) }
      switch event {
      case .ended, .failed: ended.signal()
      case .step, .rest: break
      }
    }
  }

  /// Waits for the end: the choices. What was streamed must add up to them.
  func decoders() throws -> [ChoiceDecoder] {
    try #require(ended.wait(timeout: .now() + 120) == .success, "the request never ended")
    let events = seen.withLock { $0 }
    guard case .ended(let choices)? = events.last else {
      Issue.record("the request failed: \(String(describing: events.last))")
      return []
    }
    var texts = [String](repeating: "", count: choices.count)
    var tokens = [[UInt32]](repeating: [], count: choices.count)
    for event in events {
      switch event {
      case .step(let choice, let step):
        texts[choice] += step.text
        tokens[choice].append(step.token)
      case .rest(let choice, let text): texts[choice] += text
      case .ended, .failed: break
      }
    }
    #expect(texts == choices.map(\.text) && tokens == choices.map(\.tokens))
    return choices
  }

  func answers() throws -> [Answer] {
    try decoders().map { Answer(tokens: $0.tokens, text: $0.text, end: $0.end) }
  }

  /// The same request alone, token by token, without a scheduler: the answer of one choice, and its generator.
  func alone(_ model: ChatModel, choice: Int = 0) throws -> Generator {
    let generator = try Generator(
      model, pool: ThreadPool(threads: 1), prompt: prompt, decoding: decoding, choice: UInt32(choice),
      salt: SyntheticChat.salt)
    while try generator.next() != nil {}
    return generator
  }

  func expected(_ model: ChatModel) throws -> [Answer] {
    try (0..<choices).map {
      let generator = try alone(model, choice: $0)
      return Answer(tokens: generator.tokens, text: generator.text, end: generator.end)
    }
  }
}
