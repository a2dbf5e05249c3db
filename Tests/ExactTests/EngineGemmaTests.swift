import Exact
import Testing

@testable import ExactReference

/// What gemma3 asks of a file, and what its shape is.
@Suite struct EngineGemmaTests {
  static func set(_ key: String, _ value: GGUFValue?) -> GGUFWriter {
    var writer = ModelFixture.gemma(.q8_0)
    writer.pairs.removeAll { $0.key == key }
    if let value { writer.pairs.append((key, value)) }
    return writer
  }

  @Test("the shape of a gemma3 file: own head width, scales, windows on five of six layers")
  func shape() throws {
    let shape = try EngineErrorTests.load(ModelFixture.gemma(.q8_0)).shape
    #expect(shape.architecture == .gemma3 && shape.activation == .gelu)
    #expect(shape.headWidth == 32 && shape.queryWidth == 128 && shape.kvWidth == 32 && shape.width == 64)
    #expect(shape.attentionScale == 1 / Float(32).squareRoot() && shape.embeddingScale == 8)
    #expect(shape.slidingWindow == 24 && shape.ropeBase == 1_000_000 && shape.ropeScaling == 1)
    #expect((0..<12).filter { !shape.isLocal(layer: $0) } == [5, 11])

    let llama = try EngineErrorTests.load(ModelFixture.synthetic(.q8_0)).shape
    #expect(llama.architecture == .llama && llama.activation == .silu && llama.embeddingScale == nil)
    #expect(!llama.isLocal(layer: 0) && llama.attentionScale == 0.25 && llama.queryWidth == 64)
  }

  @Test("linear scaling of the rotary embedding is read, any other is refused by name")
  func scaling() throws {
    var writer = Self.set("gemma3.rope.scaling.type", .string("linear"))
    #expect(throws: ModelError.missingKey("gemma3.rope.scaling.factor")) { try EngineErrorTests.load(writer) }
    writer.pairs.append(("gemma3.rope.scaling.factor", .float32(8)))
    #expect(try EngineErrorTests.load(writer).shape.ropeScaling == 8)
    #expect(throws: ModelError.unsupportedKey("gemma3.rope.scaling.type")) {
      try EngineErrorTests.load(Self.set("gemma3.rope.scaling.type", .string("yarn")))
    }
    #expect(throws: ModelError.unsupportedKey("gemma3.rope.scaling.factor")) {
      try EngineErrorTests.load(Self.set("gemma3.rope.scaling.factor", .float32(8)))
    }
  }

  @Test(
    "keys that gemma3 does not have are refused by name",
    arguments: ["final_logit_softcapping", "attention.sliding_window_pattern", "rope.freq_base_swa", "expert_count"])
  func unsupportedKeys(name: String) {
    #expect(throws: ModelError.unsupportedKey("gemma3." + name)) {
      try EngineErrorTests.load(Self.set("gemma3." + name, .uint32(1)))
    }
  }

  @Test(
    "a size that cannot be is named with its value",
    arguments: [
      ("attention.sliding_window", GGUFValue.uint32(0)), ("attention.sliding_window", .string("512")),
      ("attention.key_length", .uint32(40)), ("attention.value_length", .uint32(64)),
      ("attention.head_count", .uint32(0)), ("rope.freq_base", .float32(0.5)),
    ])
  func badSizes(name: String, value: GGUFValue) {
    #expect {
      try EngineErrorTests.load(Self.set("gemma3." + name, value))
    } throws: { error in
      guard case .badValue(key: "gemma3." + name, _, _) = error as? ModelError else { return false }
      return true
    }
  }

  @Test("each of the inner norms and the window must be there")
  func missing() {
    for name in ["attn_q_norm", "attn_k_norm", "post_attention_norm", "post_ffw_norm"] {
      var writer = ModelFixture.gemma(.q8_0)
      writer.tensors.removeAll { $0.name == "blk.1.\(name).weight" }
      #expect(throws: ModelError.missingTensor("blk.1.\(name).weight")) { try EngineErrorTests.load(writer) }
    }
    #expect(throws: ModelError.missingKey("gemma3.attention.sliding_window")) {
      try EngineErrorTests.load(Self.set("gemma3.attention.sliding_window", nil))
    }
  }

  @Test(
    "forms, threads and chunks never change a bit of a synthetic gemma3 model",
    arguments: [GGUFTensorType.f32, .q4_0, .q8_0])
  func grid(type: GGUFTensorType) throws {
    let file = try TemporaryFile(ModelFixture.gemma(type).bytes())
    let tokens = ModelFixture.tokens(70, vocabulary: 200)
    let scalar = try file.use { try Model.load(path: $0, kernel: .scalar, threads: 1) }
    let expected = try Rows(scalar, tokens, chunk: 1)
    for kernel in KernelChoice.available {
      let model = try file.use { try Model.load(path: $0, kernel: kernel, threads: 2) }
      for (threads, chunk) in [(1, 1), (2, 7), (3, 64)] {
        let rows = try Rows(model, tokens, threads: threads, chunk: chunk)
        #expect(rows == expected, "\(kernel), \(threads) threads, chunks of \(chunk)")
      }
    }
  }

  @Test("a local layer sees its window and no more: the token just outside changes no bit")
  func window() throws {
    let model = try EngineErrorTests.load(ModelFixture.gemma(.q8_0, layers: 1))
    let tokens = ModelFixture.tokens(60, vocabulary: 200)
    let (before, after) = (try Rows(model, tokens), try Rows(model, [tokens[0] ^ 1] + tokens.dropFirst()))
    for position in 0..<60 {
      let row = position * 64..<(position + 1) * 64
      #expect((before.hidden[row] == after.hidden[row]) == (position >= 24), "position \(position)")
    }
    let whole = try EngineErrorTests.load(ModelFixture.gemma(.q8_0, layers: 6))
    let rows = try [tokens, [tokens[0] ^ 1] + tokens.dropFirst()].map { try Rows(whole, $0, from: 59).hidden }
    #expect(rows[0] != rows[1])
  }
}
