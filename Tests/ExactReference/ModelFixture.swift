import Exact
import Foundation
import TestKit

/// The models that the tests run: the real one, and synthetic ones small enough for every combination.
enum ModelFixture {
  struct Missing: Error, CustomStringConvertible {
    let description: String
  }

  static func realModelPath() throws -> String { try GivenModel.smolLM2.path() }

  /// The real model's file, opened once.
  static func file() throws -> GGUFFile { try opened.get() }

  private static let opened = Result { try GGUFFile.open(path: realModelPath()) }

  /// A file of Tests/Vectors.
  static func vectors(_ name: String) throws -> String {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return try String(contentsOf: tests.appendingPathComponent("Vectors/\(name)"), encoding: .utf8)
  }

  /// Elements of the synthetic model's residual stream.
  static func syntheticWidth(_ type: GGUFTensorType) -> Int { type.block.elements == 256 ? 256 : 64 }

  /// A llama model of two layers with random weights: width 64, 4 heads, 2 key-value heads, ffn 96 (K-quants, whose
  /// blocks have 256 columns: 256, and ffn 256), 200 tokens (no multiple of 16, so that padding is exercised).
  static func synthetic(_ type: GGUFTensorType, tied: Bool = true, seed: UInt64 = 1) -> GGUFWriter {
    let width = syntheticWidth(type)
    let ffn = width == 64 ? 96 : 256
    var random = SplitMix64(state: seed)
    var writer = GGUFWriter()
    writer.pairs = [
      ("general.architecture", .string("llama")), ("llama.block_count", .uint32(2)),
      ("llama.context_length", .uint32(256)), ("llama.embedding_length", .uint32(UInt32(width))),
      ("llama.feed_forward_length", .uint32(UInt32(ffn))), ("llama.attention.head_count", .uint32(4)),
      ("llama.attention.head_count_kv", .uint32(2)), ("llama.attention.layer_norm_rms_epsilon", .float32(1e-5)),
      ("llama.rope.dimension_count", .uint32(UInt32(width / 4))), ("llama.rope.freq_base", .float32(10_000)),
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
      for _ in 0..<width { bytes.append(little: (1 + random.unit() / 4).bitPattern) }
      writer.tensors.append(.init(name: name, dimensions: [UInt64(width)], type: 0, bytes: bytes))
    }
    matrix("token_embd.weight", width, 200)
    for layer in 0..<2 {
      norm("blk.\(layer).attn_norm.weight")
      matrix("blk.\(layer).attn_q.weight", width, width)
      matrix("blk.\(layer).attn_k.weight", width, width / 2)
      matrix("blk.\(layer).attn_v.weight", width, width / 2)
      matrix("blk.\(layer).attn_output.weight", width, width)
      norm("blk.\(layer).ffn_norm.weight")
      matrix("blk.\(layer).ffn_gate.weight", width, ffn)
      matrix("blk.\(layer).ffn_up.weight", width, ffn)
      matrix("blk.\(layer).ffn_down.weight", ffn, width)
    }
    norm("output_norm.weight")
    if !tied { matrix("output.weight", width, 200) }
    return writer
  }
}

extension SplitMix64 {
  /// Uniform in [-1, 1).
  mutating func unit() -> Float { Float(Int32(truncatingIfNeeded: next() >> 40) - 8_388_608) * 0x1p-23 }

  mutating func floats(_ count: Int, scale: Float = 1) -> [Float] { (0..<count).map { _ in unit() * scale } }

  /// A matrix as GGUF stores it. Quantised bytes are random in full, so Q8_0 holds -128; scales and minima are such that
  /// the weights are near [-0.2, 0.2].
  mutating func weights(_ type: GGUFTensorType, columns: Int, rows: Int) -> [UInt8] {
    var out: [UInt8] = []
    for _ in 0..<rows * columns / Int(type.block.elements) {
      switch type {
      case .f32: out.append(little: (unit() * 0.2).bitPattern)
      case .f16: out.append(little: Float16(unit() * 0.2).bitPattern)
      case .bf16: out.append(little: UInt16((unit() * 0.2).bitPattern >> 16))
      case .q4_0: appendBlock(&out, scales: [0.02], bytes: 16)
      case .q4_1: appendBlock(&out, scales: [0.02, -0.16], bytes: 16)
      case .q5_0: appendBlock(&out, scales: [0.01], bytes: 20)
      case .q5_1: appendBlock(&out, scales: [0.01, -0.16], bytes: 20)
      case .q8_0: appendBlock(&out, scales: [0.002], bytes: 32)
      case .q4_K: appendBlock(&out, scales: [0.0006, 0.0045], bytes: 140)
      case .q5_K: appendBlock(&out, scales: [0.0003, 0.0045], bytes: 172)
      case .q6_K:
        for _ in 0..<208 { out.append(UInt8(truncatingIfNeeded: next() >> 11)) }
        appendBlock(&out, scales: [0.0001], bytes: 0)
      case .q2_K, .q3_K: preconditionFailure("there are no kernels for \(type)")
      }
    }
    return out
  }

  private mutating func appendBlock(_ out: inout [UInt8], scales: [Float], bytes: Int) {
    for scale in scales { out.append(little: Float16(scale * (1 + unit() / 4)).bitPattern) }
    for _ in 0..<bytes { out.append(UInt8(truncatingIfNeeded: next() >> 11)) }
  }
}
