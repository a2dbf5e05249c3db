/// The weights of one transformer block. A matrix is [output rows, input columns].
struct ModelLayer: Sendable {
  let attentionNorm: AlignedMemory<Float>  // [width]
  let query: PackedMatrix  // [width, width]
  let key: PackedMatrix  // [kvWidth, width]
  let value: PackedMatrix  // [kvWidth, width]
  let attentionOutput: PackedMatrix  // [width, width]
  let ffnNorm: AlignedMemory<Float>  // [width]
  let gate: PackedMatrix  // [ffnWidth, width]
  let up: PackedMatrix  // [ffnWidth, width]
  let down: PackedMatrix  // [width, ffnWidth]

  init(_ index: Int, _ shape: ModelShape, _ reader: inout TensorReader) throws(ModelError) {
    let (width, kvWidth, ffnWidth) = (shape.width, shape.kvWidth, shape.ffnWidth)
    let name = "blk.\(index)."
    attentionNorm = try reader.vector(name + "attn_norm.weight", count: width)
    query = try reader.matrix(name + "attn_q.weight", columns: width, rows: width)
    key = try reader.matrix(name + "attn_k.weight", columns: width, rows: kvWidth)
    value = try reader.matrix(name + "attn_v.weight", columns: width, rows: kvWidth)
    attentionOutput = try reader.matrix(name + "attn_output.weight", columns: width, rows: width)
    ffnNorm = try reader.vector(name + "ffn_norm.weight", count: width)
    gate = try reader.matrix(name + "ffn_gate.weight", columns: width, rows: ffnWidth)
    up = try reader.matrix(name + "ffn_up.weight", columns: width, rows: ffnWidth)
    down = try reader.matrix(name + "ffn_down.weight", columns: ffnWidth, rows: width)
  }
}
