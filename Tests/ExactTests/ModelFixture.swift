import Exact
import Foundation

/// The models that the tests run: the real one, and synthetic ones small enough for every combination.
enum ModelFixture {
  static let variable = "COLOPHON_TEST_MODEL"

  struct Missing: Error, CustomStringConvertible {
    let description: String
  }

  /// Path of SmolLM2-135M-Instruct Q4_1. Its absence is a failure, never a reason to skip.
  static func realModelPath() throws -> String {
    guard let path = ProcessInfo.processInfo.environment[variable], !path.isEmpty else {
      throw Missing(description: "set \(variable) to the path of SmolLM2-135M-Instruct Q4_1 (GGUF, 98,362,432 bytes)")
    }
    guard FileManager.default.isReadableFile(atPath: path) else {
      throw Missing(description: "\(variable) names \(path), which cannot be read")
    }
    return path
  }

  /// The real model's file, opened once.
  static func file() throws -> GGUFFile { try opened.get() }

  private static let opened = Result { try GGUFFile.open(path: realModelPath()) }

  /// A file of Tests/Vectors.
  static func vectors(_ name: String) throws -> String {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return try String(contentsOf: tests.appendingPathComponent("Vectors/\(name)"), encoding: .utf8)
  }

  /// A llama model of two layers with random weights: width 64, 4 heads of 16, 2 key-value heads, ffn 96, 200 tokens
  /// (no multiple of 16, so that padding is exercised).
  static func synthetic(_ type: GGUFTensorType, tied: Bool = true, seed: UInt64 = 1) -> GGUFWriter {
    var random = SplitMix64(state: seed)
    var writer = GGUFWriter()
    writer.pairs = [
      ("general.architecture", .string("llama")), ("llama.block_count", .uint32(2)),
      ("llama.context_length", .uint32(256)), ("llama.embedding_length", .uint32(64)),
      ("llama.feed_forward_length", .uint32(96)), ("llama.attention.head_count", .uint32(4)),
      ("llama.attention.head_count_kv", .uint32(2)), ("llama.attention.layer_norm_rms_epsilon", .float32(1e-5)),
      ("llama.rope.dimension_count", .uint32(16)), ("llama.rope.freq_base", .float32(10_000)),
      ("llama.vocab_size", .uint32(200)),
    ]
    func matrix(_ name: String, _ columns: Int, _ rows: Int) {
      writer.tensors.append(
        .init(
          name: name, dimensions: [UInt64(columns), UInt64(rows)], type: type.rawValue,
          bytes: random.weights(type, columns: columns, rows: rows)))
    }
    func norm(_ name: String) {
      var bytes: [UInt8] = []
      for _ in 0..<64 { bytes.append(little: (1 + random.unit() / 4).bitPattern) }
      writer.tensors.append(.init(name: name, dimensions: [64], type: 0, bytes: bytes))
    }
    matrix("token_embd.weight", 64, 200)
    for layer in 0..<2 {
      norm("blk.\(layer).attn_norm.weight")
      matrix("blk.\(layer).attn_q.weight", 64, 64)
      matrix("blk.\(layer).attn_k.weight", 64, 32)
      matrix("blk.\(layer).attn_v.weight", 64, 32)
      matrix("blk.\(layer).attn_output.weight", 64, 64)
      norm("blk.\(layer).ffn_norm.weight")
      matrix("blk.\(layer).ffn_gate.weight", 64, 96)
      matrix("blk.\(layer).ffn_up.weight", 64, 96)
      matrix("blk.\(layer).ffn_down.weight", 96, 64)
    }
    norm("output_norm.weight")
    if !tied { matrix("output.weight", 64, 200) }
    return writer
  }
}

/// Steele, Lea and Flood's SplitMix64: seeded, so that a failure can be repeated.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// Uniform in [-1, 1).
  mutating func unit() -> Float { Float(Int32(truncatingIfNeeded: next() >> 40) - 8_388_608) * 0x1p-23 }

  mutating func floats(_ count: Int, scale: Float = 1) -> [Float] { (0..<count).map { _ in unit() * scale } }

  /// A matrix as GGUF stores it. Quantised bytes are random in full, so Q8_0 holds -128.
  mutating func weights(_ type: GGUFTensorType, columns: Int, rows: Int) -> [UInt8] {
    var out: [UInt8] = []
    if type == .f32 || type == .f16 {
      for _ in 0..<columns * rows {
        let value = unit() * 0.2
        if type == .f32 { out.append(little: value.bitPattern) } else { out.append(little: Float16(value).bitPattern) }
      }
      return out
    }
    let scale: Float = type == .q8_0 ? 0.002 : 0.02
    for _ in 0..<rows * columns / 32 {
      out.append(little: Float16(scale * (1 + unit() / 2)).bitPattern)
      if type == .q4_1 { out.append(little: Float16(-8 * scale * (1 + unit() / 4)).bitPattern) }
      for _ in 0..<(type == .q8_0 ? 32 : 16) { out.append(UInt8(truncatingIfNeeded: next() >> 11)) }
    }
    return out
  }
}

/// The bytes of floats, for comparisons in which -0 and +0 differ and NaN equals itself.
func bits(_ values: some Sequence<Float>) -> [UInt32] { values.map(\.bitPattern) }
