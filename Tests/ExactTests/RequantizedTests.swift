import Exact
import TestKit
import Testing

@testable import ExactReference

/// One who computes with other weights than the published ones, and whose answers read the same, is still found out:
/// the chain commits to every bit of the hidden states.
@Suite(.serialized) struct RequantizedTests {
  struct Forgery: Sendable, CustomTestStringConvertible {
    let type: GGUFTensorType
    let layers: Range<Int>
    /// One on which both models choose the same tokens; arithmetic is exact, so that they do so everywhere.
    let prompt: String

    var testDescription: String { "\(type) in layers \(layers): \(prompt)" }
  }

  static let maxTokens = 12
  static let forgeries = few + TestSize.pick([], long: others)

  static let few = [
    // Cheaper than the published Q4_1, then roomier in every layer of the model.
    Forgery(type: .q4_0, layers: 12..<13, prompt: "What is the capital of France?"),
    Forgery(type: .q8_0, layers: 0..<30, prompt: "Count from one to ten."),
    // Blocks of 256: of each layer the one matrix whose rows they divide, 1536 wide.
    Forgery(type: .q4_K, layers: 12..<13, prompt: "What is the capital of France?"),
    // Not one weight has another value: only the arithmetic of the format differs.
    Forgery(type: .f32, layers: 12..<13, prompt: "Name three rivers of Europe."),
  ]
  static let others = [
    Forgery(type: .q8_0, layers: 12..<13, prompt: "What is the capital of France?"),
    Forgery(type: .f16, layers: 12..<13, prompt: "Name three rivers of Europe."),
    Forgery(type: .bf16, layers: 12..<13, prompt: "What is the capital of France?"),
    Forgery(type: .q5_0, layers: 12..<13, prompt: "What is the capital of France?"),
    Forgery(type: .q5_1, layers: 12..<13, prompt: "What is the capital of France?"),
    Forgery(type: .q5_K, layers: 12..<13, prompt: "What is the capital of France?"),
    Forgery(type: .q6_K, layers: 0..<30, prompt: "What is the capital of France?"),
  ]

  static func load(_ model: Requantized) throws -> ChatModel {
    try TemporaryFile(model.bytes).use { try ChatModel.load(path: $0, kernel: .automatic, threads: 2) }
  }

  static func claim(_ prompt: String, on model: ChatModel) throws -> Reexecution.Claim {
    try ReexecutionTests.claim(
      RealModel.generate(maxTokens: maxTokens, prompt: prompt, on: model), .greedy, maxTokens: maxTokens)
  }

  @Test("a different quantisation that gives the same text is caught and named", arguments: forgeries)
  func caught(_ forgery: Forgery) throws {
    let honest = try RealModel.automatic()
    let stored = try Requantized(ModelFixture.file(), layers: forgery.layers, as: forgery.type)
    #expect(stored.changed.count == (forgery.type.block.elements == 256 ? 1 : 7) * forgery.layers.count)
    #expect(stored.isLossless == (forgery.type == .f32))
    let forged = try Self.load(stored)
    let claim = try Self.claim(forgery.prompt, on: forged)
    let truth = try Self.claim(forgery.prompt, on: honest)

    // Nothing that a reader of the answer sees differs, and the executor did what its own model says.
    #expect(claim.prompt == truth.prompt && claim.choices == truth.choices)
    #expect(claim.choices[0].tokens.count == Self.maxTokens)
    #expect(try ReexecutionTests.check(claim, on: forged) == .agrees)
    #expect(try ReexecutionTests.check(truth, on: honest) == .agrees)

    let finding = Reexecution.Finding.activation(position: 0)
    let result = try Reexecution.check(claim, on: honest, pool: ThreadPool(threads: 2))
    #expect(result.outcome == .diverges(position: 0, finding: finding))
    // Every token was looked at, and each was what the published model picks.
    #expect(result.positions == Self.maxTokens)
    #expect(
      finding.description == "the activations at position 0 differ: they come from other weights or other arithmetic")
    // The other way round: the published model's answer, checked by one who holds the other file.
    #expect(try ReexecutionTests.check(truth, on: forged) == .diverges(position: 0, finding: finding))
    // The head alone tells that something differs, not where.
    var headOnly = claim
    headOnly.list = nil
    #expect(try ReexecutionTests.check(headOnly, on: honest) == .diverges(position: nil, finding: .head))
  }

  @Test("the published weights execute again, also from a file that is laid out differently")
  func control() throws {
    let honest = try RealModel.automatic()
    let stored = try Requantized(ModelFixture.file(), layers: 0..<0, as: .q8_0)
    #expect(stored.changed.isEmpty)
    let copy = try Self.load(stored)
    #expect(copy.identity.fileDigest != honest.identity.fileDigest)
    for prompt in Set(Self.forgeries.map(\.prompt)) {
      let claim = try Self.claim(prompt, on: honest)
      #expect(try Self.claim(prompt, on: copy).list == claim.list)
      for model in [honest, copy] {
        #expect(try ReexecutionTests.check(claim, on: model) == .agrees)
      }
    }
  }
}
