/// The weights of one encoder block. A dense layer is [output rows, input columns] and a bias.
struct EncoderLayer: Sendable {
  let query: DenseLayer  // [width, width]
  let key: DenseLayer  // [width, width]
  let value: DenseLayer  // [width, width]
  let attentionOutput: DenseLayer  // [width, width]
  let attentionNorm: LayerNorm
  let up: DenseLayer  // [ffnWidth, width]
  let down: DenseLayer  // [width, ffnWidth]
  let outputNorm: LayerNorm

  init(_ index: Int, _ shape: BertShape, _ reader: inout EncoderReader) throws(EmbeddingError) {
    let (width, ffnWidth) = (shape.width, shape.ffnWidth)
    let name = "encoder.layer.\(index)."
    query = try DenseLayer(&reader, name + "attention.self.query", columns: width, rows: width)
    key = try DenseLayer(&reader, name + "attention.self.key", columns: width, rows: width)
    value = try DenseLayer(&reader, name + "attention.self.value", columns: width, rows: width)
    attentionOutput = try DenseLayer(&reader, name + "attention.output.dense", columns: width, rows: width)
    attentionNorm = try LayerNorm(&reader, name + "attention.output.LayerNorm", count: width)
    up = try DenseLayer(&reader, name + "intermediate.dense", columns: width, rows: ffnWidth)
    down = try DenseLayer(&reader, name + "output.dense", columns: ffnWidth, rows: width)
    outputNorm = try LayerNorm(&reader, name + "output.LayerNorm", count: width)
  }
}

/// Weight and bias of a layer norm.
struct LayerNorm: Sendable {
  let weight: AlignedMemory<Float>
  let bias: AlignedMemory<Float>

  init(_ reader: inout EncoderReader, _ name: String, count: Int) throws(EmbeddingError) {
    weight = try reader.values("\(name).weight", [count])
    bias = try reader.values("\(name).bias", [count])
  }
}
