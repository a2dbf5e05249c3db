import Exact
import TestKit

extension ModelFixture {
  /// A gemma3 model of `layers` layers with random weights: width 64, 4 heads of 32 (twice the width together), 1
  /// key-value head, ffn 96, 200 tokens, windows of 24 positions.
  static func gemma(_ type: GGUFTensorType, layers: Int = 6, seed: UInt64 = 3) -> GGUFWriter {
    var random = SplitMix64(state: seed)
    var writer = GGUFWriter()
    writer.pairs = [
      ("general.architecture", .string("gemma3")), ("gemma3.block_count", .uint32(UInt32(layers))),
      ("gemma3.context_length", .uint32(256)), ("gemma3.embedding_length", .uint32(64)),
      ("gemma3.feed_forward_length", .uint32(96)), ("gemma3.attention.head_count", .uint32(4)),
      ("gemma3.attention.head_count_kv", .uint32(1)), ("gemma3.attention.layer_norm_rms_epsilon", .float32(1e-6)),
      ("gemma3.attention.key_length", .uint32(32)), ("gemma3.attention.value_length", .uint32(32)),
      ("gemma3.rope.freq_base", .float32(1_000_000)), ("gemma3.attention.sliding_window", .uint32(24)),
    ]
    func matrix(_ name: String, _ columns: Int, _ rows: Int) {
      writer.tensors.append(
        .init(
          name: name, dimensions: [UInt64(columns), UInt64(rows)], type: type.rawValue,
          bytes: random.weights(type, columns: columns, rows: rows)))
    }
    func norm(_ name: String, _ count: Int) {
      var bytes: [UInt8] = []
      for _ in 0..<count { bytes.append(little: (1 + random.unit() / 4).bitPattern) }
      writer.tensors.append(.init(name: name, dimensions: [UInt64(count)], type: 0, bytes: bytes))
    }
    matrix("token_embd.weight", 64, 200)
    for layer in 0..<layers {
      norm("blk.\(layer).attn_norm.weight", 64)
      matrix("blk.\(layer).attn_q.weight", 64, 128)
      matrix("blk.\(layer).attn_k.weight", 64, 32)
      matrix("blk.\(layer).attn_v.weight", 64, 32)
      matrix("blk.\(layer).attn_output.weight", 128, 64)
      norm("blk.\(layer).attn_q_norm.weight", 32)
      norm("blk.\(layer).attn_k_norm.weight", 32)
      norm("blk.\(layer).post_attention_norm.weight", 64)
      norm("blk.\(layer).ffn_norm.weight", 64)
      matrix("blk.\(layer).ffn_gate.weight", 64, 96)
      matrix("blk.\(layer).ffn_up.weight", 64, 96)
      matrix("blk.\(layer).ffn_down.weight", 96, 64)
      norm("blk.\(layer).post_ffw_norm.weight", 64)
    }
    norm("output_norm.weight", 64)
    return writer
  }
}
