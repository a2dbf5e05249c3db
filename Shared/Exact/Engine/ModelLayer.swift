/// The weights of one transformer block. A matrix is [output rows, input columns].
struct ModelLayer: Sendable {
  let attentionNorm: AlignedMemory<Float>  // [width]
  let query: PackedMatrix  // [queryWidth, width]
  let key: PackedMatrix  // [kvWidth, width]
  let value: PackedMatrix  // [kvWidth, width]
  let attentionOutput: PackedMatrix  // [width, queryWidth]
  /// RMS norms over each head of queries and keys, before the rotation.
  let queryNorm: AlignedMemory<Float>?  // [headWidth]
  let keyNorm: AlignedMemory<Float>?  // [headWidth]
  /// RMS norm of what the attention adds to the residual stream.
  let attentionPostNorm: AlignedMemory<Float>?  // [width]
  let ffnNorm: AlignedMemory<Float>  // [width]
  let gate: PackedMatrix  // [ffnWidth, width]
  let up: PackedMatrix  // [ffnWidth, width]
  let down: PackedMatrix  // [width, ffnWidth]
  /// RMS norm of what the feed-forward layer adds to the residual stream.
  let ffnPostNorm: AlignedMemory<Float>?  // [width]
  /// Positions that a query sees, its own included; 0: all up to its own.
  let window: Int
  /// Shared among the layers of one kind.
  let rope: RopeTable

  init(_ index: Int, _ shape: ModelShape, rope: RopeTable, _ reader: inout TensorReader) throws(ModelError) {
    let (width, queryWidth, kvWidth, ffnWidth) = (shape.width, shape.queryWidth, shape.kvWidth, shape.ffnWidth)
    let name = "blk.\(index)."
    attentionNorm = try reader.vector(name + "attn_norm.weight", count: width)
    query = try reader.matrix(name + "attn_q.weight", columns: width, rows: queryWidth)
    key = try reader.matrix(name + "attn_k.weight", columns: width, rows: kvWidth)
    value = try reader.matrix(name + "attn_v.weight", columns: width, rows: kvWidth)
    attentionOutput = try reader.matrix(name + "attn_output.weight", columns: queryWidth, rows: width)
    ffnNorm = try reader.vector(name + "ffn_norm.weight", count: width)
    gate = try reader.matrix(name + "ffn_gate.weight", columns: width, rows: ffnWidth)
    up = try reader.matrix(name + "ffn_up.weight", columns: width, rows: ffnWidth)
    down = try reader.matrix(name + "ffn_down.weight", columns: ffnWidth, rows: width)
    if shape.architecture.hasInnerNorms {
      queryNorm = try reader.vector(name + "attn_q_norm.weight", count: shape.headWidth)
      keyNorm = try reader.vector(name + "attn_k_norm.weight", count: shape.headWidth)
      attentionPostNorm = try reader.vector(name + "post_attention_norm.weight", count: width)
      ffnPostNorm = try reader.vector(name + "post_ffw_norm.weight", count: width)
    } else {
      (queryNorm, keyNorm, attentionPostNorm, ffnPostNorm) = (nil, nil, nil, nil)
    }
    window = shape.isLocal(layer: index) ? shape.slidingWindow : 0
    self.rope = rope
  }
}
