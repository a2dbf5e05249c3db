import Cryptography
import Exact
import Foundation
import TestKit
import Testing

@testable import ExactReference

/// The real model, Gemma 3 270M Q4_K_M.
@Suite(.serialized) struct EngineGemmaModelTests {
  private static let model = Result { try Model.load(path: ModelFixture.gemmaPath(), threads: 2) }

  @Test("the file has the shape of Gemma 3 270M and its published digest")
  func shape() throws {
    let model = try Self.model.get()
    let shape = model.shape
    #expect(shape.layers == 18 && shape.width == 640 && shape.heads == 4 && shape.kvHeads == 1)
    #expect(shape.headWidth == 256 && shape.ffnWidth == 2_048 && shape.vocabulary == 262_144)
    #expect(shape.slidingWindow == 512 && shape.attentionScale == 0.0625 && shape.contextLength == 32_768)
    #expect(model.file.byteCount == 253_113_024 && model.file.digest().hex.hasPrefix("a5fd3b62"))
  }

  @Test("teacher-forced greedy tokens agree with llama.cpp, always where the gap is at least 1")
  func greedy() throws {
    let vectors: [GreedyVector] = try ModelFixture.lines("llm/greedy_gemma3_q4_k_m.jsonl")
    #expect(vectors.contains { $0.promptTokens.count > 512 })
    let (agree, total) = try vectors.agreement(Self.model.get())
    print("gemma3 greedy agreement: \(agree) of \(total)")
    #expect(total == 640 && agree * 100 >= total * 95)
  }

  @Test("prefill equals token by token past the window, one thread equals two, every fast form equals every other")
  func sameBits() throws {
    let vectors: [GreedyVector] = try ModelFixture.lines("llm/greedy_gemma3_q4_k_m.jsonl")
    let vector = try #require(vectors.first { $0.promptTokens.count > 512 })
    let model = try Self.model.get()
    let tokens = Array(vector.promptTokens.prefix(530))
    // A short run goes token by token where the window moves.
    let calls = TestSize.pick([500] + Array(repeating: 1, count: 30), long: Array(repeating: 1, count: 530))
    let expected = try Rows(model, tokens, threads: 1, calls: calls, from: 500)
    #expect(try Rows(model, tokens, threads: 2, chunk: 64, from: 500) == expected)
    for kernel in KernelChoice.available where kernel != .scalar && kernel != model.kernel {
      let other = try Model.load(path: ModelFixture.gemmaPath(), kernel: kernel, threads: 2)
      #expect(try Rows(other, tokens, threads: 2, chunk: 64, from: 500) == expected)
    }
  }

  @Test("the scalar definition gives the same bits on the real model")
  func scalar() throws {
    let vectors: [GreedyVector] = try ModelFixture.lines("llm/greedy_gemma3_q4_k_m.jsonl")
    let tokens = Array(try #require(vectors.first).promptTokens.prefix(4))
    let scalar = try Model.load(path: ModelFixture.gemmaPath(), kernel: .scalar, threads: 2)
    let expected = try Rows(scalar, tokens, threads: 2)
    #expect(try Rows(Self.model.get(), tokens, threads: 1, chunk: 1) == expected)
  }
}
