import TestKit
import Testing

@testable import Exact
@testable import ExactReference

/// Rows of which nothing but the largest logit is asked for, held against rows of which all logits are.
@Suite struct LargestTests {
  private struct Picks: Equatable {
    var tokens: [UInt32] = []
    var logits: [UInt32] = []
    var failures: [ModelError?] = []
  }

  /// A sequence three times in one pass: its largest logits, all its logits, and its largest again.
  private func picks(
    _ model: Model, _ tokens: [UInt32], threads: Int, rows: Int? = nil
  ) throws -> (found: [Picks], all: Picks) {
    let pages = try KVPages(model.shape, pages: 3 * (tokens.count / KVPages.positions + 1))
    let pass = try ForwardPass(model: model, pool: ThreadPool(threads: threads), tokens: 3 * tokens.count, rows: 40)
    var batch = Batch()
    for segment in 0..<3 {
      let sequence = KVSequence(pages, contextLimit: tokens.count)
      #expect(sequence.reserve(tokens.count))
      batch.add(tokens, of: sequence, position: 0, rows: rows ?? tokens.count, onlyLargest: segment != 1)
    }
    var picks = [Picks](repeating: Picks(), count: 3)
    let failures = pass.run(batch) { block in
      for row in block.rows {
        switch (row.segment, row.prediction) {
        case (1, .logits(let logits)):
          let largest = argmax(logits) ?? 0
          picks[1].tokens.append(UInt32(largest))
          picks[1].logits.append(row.prediction.logit(of: UInt32(largest)).bitPattern)
        case (0, .picked(let token, let logit)), (2, .picked(let token, let logit)):
          picks[row.segment].tokens.append(token)
          picks[row.segment].logits.append(logit.bitPattern)
        default: Issue.record("segment \(row.segment) was asked for something else")
        }
      }
    }
    for segment in 0..<3 { picks[segment].failures = [failures[segment]] }
    return ([picks[0], picks[2]], picks[1])
  }

  @Test("the largest logit and its token are those of all logits", arguments: PackedMatrix.types)
  func synthetic(type: GGUFTensorType) throws {
    let file = try TemporaryFile(ModelFixture.synthetic(type).bytes())
    let tokens = ModelFixture.tokens(70, vocabulary: 200)
    for kernel in KernelChoice.available {
      let model = try file.use { try Model.load(path: $0, kernel: kernel, threads: 2) }
      for threads in [1, 2, 3] where kernel != .scalar || threads == 2 {
        let (found, all) = try picks(model, tokens, threads: threads)
        #expect(all.tokens.count == 70 && Set(all.tokens).count > 10 && all.failures == [nil])
        #expect(found == [all, all], "\(kernel), \(threads) threads")
      }
    }
  }

  @Test("over a vocabulary of many pieces, and over more rows than a piece has")
  func real() throws {
    let model = try RealModel.automatic().model
    let tokens = ModelFixture.tokens(LargestMemory.tokens + 22, vocabulary: UInt32(model.shape.vocabulary))
    #expect(model.shape.vocabulary > 2 * LargestMemory.stride)
    for threads in TestSize.pick([3], long: [1, 2, 3]) {
      let (found, all) = try picks(model, tokens, threads: threads)
      #expect(all.tokens.count == tokens.count && found == [all, all], "\(threads) threads")
    }
  }

  @Test("over a vocabulary whose last piece ends in a padded group")
  func odd() throws {
    var writer = ModelFixture.synthetic(.f32, tied: false)
    var random = SplitMix64(state: 3)
    for name in ["token_embd.weight", "output.weight"] {
      let index = try #require(writer.tensors.firstIndex { $0.name == name })
      writer.tensors[index].dimensions = [64, 1030]
      writer.tensors[index].bytes = []
      // The last six tokens are often the largest.
      for token in 0..<1030 {
        for weight in random.floats(64, scale: token < 1024 ? 0.2 : 0.6) {
          writer.tensors[index].bytes.append(little: weight.bitPattern)
        }
      }
    }
    let size = try #require(writer.pairs.firstIndex { $0.key == "llama.vocab_size" })
    writer.pairs[size].value = .uint32(1030)
    let model = try load(writer)
    let tokens = ModelFixture.tokens(120, vocabulary: 1030)
    for threads in [1, 3] {
      let (found, all) = try picks(model, tokens, threads: threads)
      #expect(found == [all, all] && all.tokens.contains { $0 >= 1024 }, "\(threads) threads")
    }
  }

  @Test("of equal logits the lowest token, also where all are below the zeros that pad a group")
  func ties() throws {
    var writer = ModelFixture.synthetic(.f32, tied: false)
    let head = try #require(writer.tensors.firstIndex { $0.name == "output.weight" })
    let row = writer.tensors[head].bytes.prefix(4 * 64)
    writer.tensors[head].bytes = (0..<200).flatMap { _ in row }
    let model = try load(writer)
    for threads in [1, 2, 3] {
      let (found, all) = try picks(model, ModelFixture.tokens(40, vocabulary: 200), threads: threads)
      #expect(all.tokens == [UInt32](repeating: 0, count: 40) && found == [all, all])
      #expect(Set(all.logits.map { $0 >> 31 }) == [0, 1], "both signs")
    }
  }

  @Test("a logit that is not finite fails the sequence, wherever it is", arguments: [0, 15, 16, 107, 199])
  func infinite(token: Int) throws {
    var writer = ModelFixture.synthetic(.f32, tied: false)
    let head = try #require(writer.tensors.firstIndex { $0.name == "output.weight" })
    for column in 0..<64 {
      let place = 4 * (64 * token + column)
      writer.tensors[head].bytes.replaceSubrange(place..<place + 4, with: [0xff, 0xff, 0x7f, 0x7f])
    }
    for threads in [1, 2] {
      let (found, all) = try picks(try load(writer), ModelFixture.tokens(9, vocabulary: 200), threads: threads)
      #expect(all.failures == [.nonFinite(stage: "the logits", layer: nil)])
      #expect(found.map(\.failures) == [all.failures, all.failures])
    }
  }

  @Test("one row of several tokens")
  func lastRow() throws {
    let model = try load(ModelFixture.synthetic(.q4_1))
    let (found, all) = try picks(model, ModelFixture.tokens(9, vocabulary: 200), threads: 2, rows: 1)
    #expect(all.tokens.count == 1 && found == [all, all])
  }

  @Test("a row that nothing can be picked from stays as it is, and taking it says why")
  func nothingToPick() throws {
    let decoding = DecodingParameters(sampling: SamplingParameters(temperature: 0.5, seed: 1), maxTokens: 4)
    let decoder = try ChoiceDecoder(SyntheticChat.load(), prompt: [20], decoding: decoding, salt: SyntheticChat.salt)
    let hidden = [Float](repeating: 0, count: 64)
    // Finite, and infinite once divided by the temperature.
    [Float](repeating: .greatestFiniteMagnitude, count: 200).withUnsafeBufferPointer { logits in
      var prediction = Prediction.logits(logits)
      decoder.pick(&prediction, position: 1)
      #expect(prediction.logits.baseAddress == logits.baseAddress)
      var taking = decoder
      #expect(throws: GenerationError.self) {
        try hidden.withUnsafeBufferPointer { _ = try taking.take(position: 1, hidden: $0, prediction: prediction) }
      }
    }
    var row = [Float](repeating: 0, count: 200)
    row[30] = 100
    row.withUnsafeBufferPointer { logits in
      var prediction = Prediction.logits(logits)
      decoder.pick(&prediction, position: 1)
      if case .picked(let token, let logit) = prediction {
        #expect(token == 30 && logit == 100)
      } else {
        Issue.record("nothing was picked")
      }
    }
  }

  private func load(_ writer: GGUFWriter) throws -> Model {
    let file = try TemporaryFile(writer.bytes())
    return try file.use { try Model.load(path: $0, threads: 2) }
  }
}
