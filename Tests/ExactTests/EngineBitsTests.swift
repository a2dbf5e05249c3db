import Exact
import Foundation
import TestKit
import Testing

@testable import ExactReference

@Suite struct EngineBitsTests {
  @Test(
    "forms, threads, chunks and calls never change a bit of a synthetic model",
    arguments: KernelMatmulTests.types, [true, false])
  func grid(type: GGUFTensorType, tied: Bool) throws {
    let file = try TemporaryFile(ModelFixture.synthetic(type, tied: tied).bytes())
    let tokens = ModelFixture.tokens(70, vocabulary: 200)
    let scalar = try file.use { try Model.load(path: $0, kernel: .scalar, threads: 1) }
    let expected = try Rows(scalar, tokens, chunk: 1)
    #expect(expected.positions == Array(0..<70))
    #expect(expected.logits.count == 70 * 200 && expected.hidden.count == 70 * ModelFixture.syntheticWidth(type))
    for (form, kernel) in KernelChoice.available.enumerated() {
      let model = try file.use { try Model.load(path: $0, kernel: kernel, threads: 2) }
      #expect(model.kernel == kernel)
      for (turn, chunk) in [1, 2, 7, 64].enumerated() {
        // Threads go round with chunks and forms; a long run has each with each.
        for threads in TestSize.pick([1 + (turn + form) % 3], long: [1, 2, 3]) {
          let rows = try Rows(model, tokens, threads: threads, chunk: chunk)
          #expect(rows == expected, "\(kernel), \(threads) threads, chunks of \(chunk)")
        }
      }
      #expect(try Rows(model, tokens, threads: 2, calls: [33, 1, 1, 35]) == expected)
      let last = try Rows(model, tokens, from: 60)
      #expect(last.positions == Array(60..<70) && last.logits == Array(expected.logits[(60 * 200)...]))
    }
  }

  @Test("two sessions that run at the same time on one pool do not disturb each other")
  func concurrent() throws {
    let file = try TemporaryFile(ModelFixture.synthetic(.q4_1).bytes())
    let model = try file.use { try Model.load(path: $0, threads: 1) }
    let pool = try ThreadPool(threads: 2)
    let prompts = (0..<4).map { ModelFixture.tokens(40, vocabulary: 200, seed: UInt64($0)) }
    let alone = try prompts.map { try Rows(model, $0).logits }
    let agree = Counter()
    DispatchQueue.concurrentPerform(iterations: 4) { index in
      var logits: [UInt32] = []
      let session = try? Session(model: model, pool: pool, contextLimit: 64)
      for token in prompts[index] {
        try? session?.append([token], rowsFrom: 0) { _, _, row in logits += bits(row) }
      }
      if logits == alone[index] { agree.add() }
    }
    #expect(agree.value == 4)
  }

  @Test("a rewound session continues as if the forgotten tokens had never been there")
  func rewind() throws {
    let file = try TemporaryFile(ModelFixture.synthetic(.q8_0).bytes())
    let model = try file.use { try Model.load(path: $0, threads: 1) }
    let tokens = ModelFixture.tokens(40, vocabulary: 200)
    let expected = try Rows(model, tokens, from: 20)
    let session = try Session(model: model, pool: ThreadPool(threads: 1), contextLimit: 64)
    try session.append(Array(tokens[..<20]) + ModelFixture.tokens(30, vocabulary: 200, seed: 77), rowsFrom: 99) {
      _, _, _ in
    }
    try session.rewind(to: 20)
    var logits: [UInt32] = []
    try session.append(Array(tokens[20...]), rowsFrom: 0) { _, _, row in logits += bits(row) }
    #expect(logits == expected.logits)
    #expect(throws: ModelError.badRewind(to: 41, position: 40)) { try session.rewind(to: 41) }
  }
}
