import CKernels

/// The input of a matrix product: `x` in f32 and its int8 blocks.
struct ActivationVectors {
  let columns: Int
  let x: UnsafeMutablePointer<Float>
  private let q: UnsafeMutablePointer<Int8>
  private let scale: UnsafeMutablePointer<Float>
  private let weightedSum: UnsafeMutablePointer<Float>
  private let sum: UnsafeMutablePointer<Int32>

  /// `columns` is a multiple of 32.
  init(tokens: Int, columns: Int, _ layout: inout PassMemory.Layout) {
    self.columns = columns
    x = layout.take(tokens * columns)
    q = layout.take(tokens * columns)
    scale = layout.take(tokens * columns / 32)
    weightedSum = layout.take(tokens * columns / 32)
    sum = layout.take(tokens * columns / 32)
  }

  /// What a product reads, beginning at `token`.
  func input(from token: Int) -> exact_activation {
    let blocks = columns / 32
    return exact_activation(
      x: x + token * columns, q: q + token * columns, scale: scale + token * blocks,
      weighted_sum: weightedSum + token * blocks, sum: sum + token * blocks)
  }

  /// Quantises some elements of one token's x, whole blocks of 32.
  func quantize(_ kernels: UnsafePointer<exact_kernels>, token: Int, elements: Range<Int>) -> Int32 {
    let first = token * columns + elements.lowerBound
    return kernels.pointee.quantize(
      x + first, elements.count, q + first, scale + first / 32, weightedSum + first / 32, sum + first / 32)
  }

  func quantize(_ kernels: UnsafePointer<exact_kernels>, token: Int) -> Int32 {
    quantize(kernels, token: token, elements: 0..<columns)
  }
}

/// Such an input in memory of its own.
struct ActivationMemory {
  let vectors: ActivationVectors
  private let memory: AlignedMemory<UInt8>

  /// `columns` is a multiple of 32.
  init(tokens: Int, columns: Int) throws(ModelError) {
    var measured = PassMemory.Layout(base: nil)
    _ = ActivationVectors(tokens: tokens, columns: columns, &measured)
    memory = try AlignedMemory(measured.bytes, "the inputs of \(tokens) tokens")
    var placed = PassMemory.Layout(base: UnsafeMutableRawPointer(memory.base))
    vectors = ActivationVectors(tokens: tokens, columns: columns, &placed)
  }
}
