import CKernels

/// Scratch of the attention kernel for each worker, large enough for the last piece of the longest sequence. Pages of
/// it are taken as contexts grow.
struct ScoreMemory {
  private let memory: AlignedMemory<Float>
  private let stride: Int

  init(_ shape: ModelShape, workers: Int) throws(ModelError) {
    let tokens = ForwardPass.Places.attentionTokens
    let floats = exact_attention_scratch(tokens, shape.heads / shape.kvHeads, shape.contextLength, 0)
    stride = (floats + 15) / 16 * 16
    memory = try AlignedMemory(
      workers * stride, "the attention scores of \(shape.contextLength) positions", isSparse: true)
  }

  func scores(of worker: Int) -> UnsafeMutablePointer<Float> { memory.base + worker * stride }
}
