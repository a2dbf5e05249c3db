import Exact
import Foundation
import Testing

@testable import ExactReference

/// Everything that `Model.load` and `Session.append` refuse, by its named error.
@Suite struct EngineErrorTests {
  static func load(_ writer: GGUFWriter) throws -> Model {
    try TemporaryFile(writer.bytes()).use { try Model.load(path: $0, threads: 1) }
  }

  static func set(_ key: String, _ value: GGUFValue?) -> GGUFWriter {
    var writer = ModelFixture.synthetic(.q8_0)
    writer.pairs.removeAll { $0.key == key }
    if let value { writer.pairs.append((key, value)) }
    return writer
  }

  static func edit(_ name: String, _ body: (inout GGUFWriter.Tensor) -> Void) throws -> GGUFWriter {
    var writer = ModelFixture.synthetic(.q8_0)
    let index = try #require(writer.tensors.firstIndex { $0.name == name })
    body(&writer.tensors[index])
    return writer
  }

  @Test("an architecture that the engine does not have is refused by name")
  func architecture() {
    #expect(throws: ModelError.unsupportedArchitecture("gemma")) {
      try Self.load(Self.set("general.architecture", .string("gemma")))
    }
    #expect(throws: ModelError.missingKey("general.architecture")) {
      try Self.load(Self.set("general.architecture", nil))
    }
  }

  @Test(
    "a missing size is named",
    arguments: [
      "block_count", "context_length", "embedding_length", "feed_forward_length", "attention.head_count",
      "attention.layer_norm_rms_epsilon",
    ])
  func missing(name: String) {
    #expect(throws: ModelError.missingKey("llama." + name)) { try Self.load(Self.set("llama." + name, nil)) }
  }

  @Test(
    "a size that cannot be is named with its value",
    arguments: [
      ("block_count", GGUFValue.uint32(0)), ("block_count", .int32(-1)), ("block_count", .uint64(.max)),
      ("block_count", .string("two")), ("embedding_length", .uint32(63)), ("embedding_length", .uint32(1 << 30)),
      ("feed_forward_length", .uint32(97)), ("attention.head_count", .uint32(3)), ("attention.head_count", .uint32(8)),
      ("attention.head_count_kv", .uint32(3)), ("attention.head_count_kv", .uint32(0)),
      ("context_length", .uint64(1 << 40)), ("rope.dimension_count", .uint32(8)), ("attention.key_length", .uint32(24)),
      ("attention.value_length", .uint32(32)), ("attention.key_length", .uint32(1_040)),
      ("rope.freq_base", .float32(.nan)), ("rope.freq_base", .float32(0)), ("rope.freq_base", .uint32(10_000)),
      ("attention.layer_norm_rms_epsilon", .float32(-1)), ("attention.layer_norm_rms_epsilon", .float32(.infinity)),
      ("vocab_size", .uint32(201)),
    ])
  func badSizes(name: String, value: GGUFValue) {
    #expect {
      try Self.load(Self.set("llama." + name, value))
    } throws: { error in
      guard case .badValue(key: "llama." + name, _, _) = error as? ModelError else { return false }
      return true
    }
  }

  @Test(
    "metadata that changes the computation in an unknown way is refused by name",
    arguments: [
      ("llama.rope.scaling.type", GGUFValue.string("yarn")), ("llama.rope.scaling.factor", .float32(2)),
      ("llama.expert_count", .uint32(8)), ("llama.attention.sliding_window", .uint32(4_096)),
    ])
  func unsupportedKeys(key: String, value: GGUFValue) {
    #expect(throws: ModelError.unsupportedKey(key)) { try Self.load(Self.set(key, value)) }
  }

  @Test("missing, extra and misshapen tensors are named")
  func tensors() throws {
    for name in ["token_embd.weight", "blk.1.attn_k.weight", "output_norm.weight"] {
      var writer = ModelFixture.synthetic(.q8_0)
      writer.tensors.removeAll { $0.name == name }
      #expect(throws: ModelError.missingTensor(name)) { try Self.load(writer) }
    }
    var extra = ModelFixture.synthetic(.q8_0)
    extra.tensors.append(
      .init(name: "rope_freqs.weight", dimensions: [8], type: 0, bytes: [UInt8](repeating: 0, count: 32)))
    #expect(throws: ModelError.unexpectedTensor("rope_freqs.weight")) { try Self.load(extra) }

    let swapped = try Self.edit("blk.0.ffn_down.weight") { $0.dimensions.reverse() }
    #expect(throws: ModelError.wrongShape(tensor: "blk.0.ffn_down.weight", found: [64, 96], expected: [96, 64])) {
      try Self.load(swapped)
    }
    let flat = try Self.edit("token_embd.weight") { $0.dimensions = [64 * 200] }
    #expect(throws: ModelError.self) { try Self.load(flat) }
  }

  @Test("tensor types without a kernel are named, for matrices and for norms")
  func types() throws {
    for type in [GGUFTensorType.q2_K, .q3_K] {
      var writer = ModelFixture.synthetic(.q4_K)
      let index = try #require(writer.tensors.firstIndex { $0.name == "blk.0.attn_q.weight" })
      writer.tensors[index].type = type.rawValue
      writer.tensors[index].bytes = [UInt8](repeating: 0, count: 256 * Int(type.block.bytes))
      #expect(
        throws: ModelError.unsupportedTensorType(
          tensor: "blk.0.attn_q.weight", type: type,
          supported: GGUFTensorType.allCases.filter { $0 != .q2_K && $0 != .q3_K })
      ) {
        try Self.load(writer)
      }
    }
    let norm = try Self.edit("output_norm.weight") { $0.type = GGUFTensorType.f16.rawValue }
    #expect(throws: ModelError.unsupportedTensorType(tensor: "output_norm.weight", type: .f16, supported: [.f32])) {
      try Self.load(norm)
    }
  }

  @Test("weights that are not finite are refused with their tensor's name")
  func nonFiniteWeights() throws {
    let scale = try Self.edit("blk.1.ffn_up.weight") { $0.bytes.replaceSubrange(0..<2, with: [0x00, 0x7c]) }
    #expect(throws: ModelError.nonFiniteWeight(tensor: "blk.1.ffn_up.weight")) { try Self.load(scale) }
    let norm = try Self.edit("output_norm.weight") { $0.bytes.replaceSubrange(4..<8, with: [0, 0, 0xc0, 0x7f]) }
    #expect(throws: ModelError.nonFiniteWeight(tensor: "output_norm.weight")) { try Self.load(norm) }
  }

  @Test("tokens outside the vocabulary and past the context are refused before anything is appended")
  func appendLimits() throws {
    let model = try Self.load(ModelFixture.synthetic(.q4_0))
    let pool = try ThreadPool(threads: 1)
    let session = try Session(model: model, pool: pool, contextLimit: 4)
    #expect(throws: ModelError.tokenOutsideVocabulary(token: 200, index: 1, vocabulary: 200)) {
      try session.append([0, 200], rowsFrom: 0) { _, _, _ in }
    }
    #expect(throws: ModelError.badChunk(0, limit: 512)) {
      try session.append([0], rowsFrom: 0, chunk: 0) { _, _, _ in }
    }
    try session.append([1, 2, 3], rowsFrom: 0) { _, _, _ in }
    #expect(throws: ModelError.contextExceeded(position: 3, tokens: 2, limit: 4)) {
      try session.append([0, 0], rowsFrom: 0) { _, _, _ in }
    }
    #expect(session.position == 3)
    try session.append([0], rowsFrom: 0) { _, _, _ in }
    try session.append([], rowsFrom: 0) { _, _, _ in Issue.record("no token, no row") }
    for limit in [0, -1, 257] {
      #expect(throws: ModelError.badContextLimit(limit, modelLimit: 256)) {
        try Session(model: model, pool: pool, contextLimit: limit)
      }
    }
  }

  @Test("an overflow inside the network fails the request, names the place, and leaves the session usable")
  func overflow() throws {
    var huge: [UInt8] = []
    for _ in 0..<64 { huge.append(little: Float(3e38).bitPattern) }
    let model = try Self.load(try Self.edit("blk.1.attn_norm.weight") { $0.bytes = huge })
    let session = try Session(model: model, pool: ThreadPool(threads: 2), contextLimit: 16)
    for _ in 0..<2 {
      #expect(throws: ModelError.nonFinite(stage: "the attention norm", layer: 1)) {
        try session.append([1, 2], rowsFrom: 0) { _, _, _ in }
      }
      #expect(session.position == 0)
    }
    let final = try Self.load(try Self.edit("output_norm.weight") { $0.bytes = huge })
    let other = try Session(model: final, pool: ThreadPool(threads: 1), contextLimit: 16)
    #expect(throws: ModelError.nonFinite(stage: "the final hidden state", layer: nil)) {
      try other.append([1], rowsFrom: 0) { _, _, _ in }
    }
  }

  @Test("an error of the row handler comes through and the tokens stay appended")
  func rowErrors() throws {
    struct Stop: Error {}
    let model = try Self.load(ModelFixture.synthetic(.q4_1))
    let session = try Session(model: model, pool: ThreadPool(threads: 1), contextLimit: 16)
    #expect(throws: Stop.self) {
      try session.append([1, 2, 3, 4], rowsFrom: 0, chunk: 2) { position, _, _ in if position == 1 { throw Stop() } }
    }
    #expect(session.position == 2)
  }

  @Test("a kernel that the processor lacks is an error that says what it has")
  func kernels() {
    for choice in KernelChoice.allCases where choice != .automatic && !KernelChoice.available.contains(choice) {
      #expect(throws: ModelError.kernelUnavailable(choice, available: KernelChoice.available)) { try choice.resolved() }
    }
    let text = ModelError.kernelUnavailable(.avx512, available: [.scalar, .avx2]).description
    #expect(text == "this processor cannot run the avx512 kernels; it can run scalar, avx2")
  }

  @Test("loading reports its progress from above 0 up to 1")
  func progress() throws {
    let file = try TemporaryFile(ModelFixture.synthetic(.q4_1).bytes())
    let log = Log()
    _ = try file.use { try Model.load(path: $0, threads: 1) { log.add($0) } }
    let values = log.values
    #expect(values.count == 20 && values.last == 1 && values == values.sorted() && values[0] > 0)
  }
}

final class Log: @unchecked Sendable {
  // Safety: under the lock.
  private let lock = NSLock()
  private var stored: [Double] = []
  var values: [Double] { lock.withLock { stored } }
  func add(_ value: Double) { lock.withLock { stored.append(value) } }
}
