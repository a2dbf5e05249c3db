import Cryptography
import Exact
import Foundation
import Testing

@testable import ExactReference

/// The real model, SmolLM2-135M-Instruct Q4_1.
@Suite(.serialized) struct EngineModelTests {
  private static let models = ModelCache()

  static func vectors() throws -> [GreedyVector] { try ModelFixture.lines("llm/greedy_smollm2_q4_1.jsonl") }

  @Test("the file has the shape of SmolLM2-135M and its published digest")
  func shape() throws {
    let model = try Self.models.model(.automatic)
    let shape = model.shape
    #expect(shape.layers == 30 && shape.width == 576 && shape.heads == 9 && shape.kvHeads == 3)
    #expect(shape.headWidth == 64 && shape.ffnWidth == 1_536 && shape.vocabulary == 49_152)
    #expect(shape.ropeBase == 100_000 && model.file.byteCount == 98_362_432)
    #expect(model.file.digest().hex.hasPrefix("b179c952"))
  }

  @Test("teacher-forced greedy tokens agree with llama.cpp, always where the gap is at least 1")
  func greedy() throws {
    let (agree, total) = try Self.vectors().agreement(Self.models.model(.automatic))
    print("greedy agreement: \(agree) of \(total)")
    #expect(total >= 1_000 && agree * 100 >= total * 95)
  }

  @Test("prefill equals token by token, one thread equals two and three, every fast form equals every other")
  func sameBits() throws {
    let vector = try #require(try Self.vectors().first)
    let tokens = vector.promptTokens + vector.tokens
    let fast = KernelChoice.available.filter { $0 != .scalar }
    let model = try Self.models.model(.automatic)
    let expected = try Rows(model, tokens, threads: 1, chunk: 1)
    #expect(try Rows(model, tokens, threads: 2, chunk: 64) == expected)
    #expect(try Rows(model, tokens, threads: 3, chunk: 37) == expected)
    for kernel in fast { #expect(try Rows(Self.models.model(kernel), tokens, threads: 2, chunk: 64) == expected) }
  }

  @Test("the scalar definition gives the same bits on the real model")
  func scalar() throws {
    let tokens = Array(try #require(try Self.vectors().first).promptTokens.prefix(6))
    let scalar = try Rows(Self.models.model(.scalar), tokens, threads: 2)
    #expect(try Rows(Self.models.model(.automatic), tokens, threads: 1, chunk: 1) == scalar)
  }
}

/// Loads each form of the real model once.
final class ModelCache: @unchecked Sendable {
  // Safety: under the lock.
  private let lock = NSLock()
  private var models: [KernelChoice: Model] = [:]

  func model(_ choice: KernelChoice) throws -> Model {
    lock.lock()
    defer { lock.unlock() }
    let kernel = try choice.resolved()
    if let model = models[kernel] { return model }
    let model = try Model.load(path: ModelFixture.realModelPath(), kernel: kernel, threads: 2)
    models[kernel] = model
    return model
  }
}
