import CKernels

/// A packed matrix as a worker sees it: plain addresses.
struct MatrixView {
  let weights: UnsafeRawPointer
  let columns: Int
  let groups: Int
  /// Bytes of a group of 16 rows.
  let groupBytes: Int
  let function: exact_matmul

  /// Some groups of it, as a matrix of their own.
  func part(_ groups: Range<Int>) -> MatrixView {
    MatrixView(
      weights: weights + groups.lowerBound * groupBytes, columns: columns, groups: groups.count,
      groupBytes: groupBytes, function: function)
  }

  /// Output rows 16 g ..< 16 (g + 1) of the product with `tokens` inputs, for the groups g, into y[token][stride].
  func multiply(
    _ input: exact_activation, tokens: Int, groups: Range<Int>, into y: UnsafeMutablePointer<Float>, stride: Int
  ) {
    withUnsafePointer(to: input) {
      function(weights, columns, $0, tokens, groups.lowerBound, groups.upperBound, y, stride)
    }
  }
}

/// One transformer block as a worker sees it. The model outlives it.
struct LayerView {
  let index: Int
  let attentionNorm, ffnNorm: UnsafePointer<Float>
  let queryNorm, keyNorm, attentionPostNorm, ffnPostNorm: UnsafePointer<Float>?
  let query, key, value, attentionOutput, gate, up, down: MatrixView
  /// Positions that a token sees; 0: all before it.
  let window: Int
  /// Not counted: a worker asks it for each token and head.
  let rope: Unmanaged<RopeTable>

  init(_ layer: ModelLayer, index: Int, kernels: UnsafePointer<exact_kernels>) {
    self.index = index
    attentionNorm = UnsafePointer(layer.attentionNorm.base)
    ffnNorm = UnsafePointer(layer.ffnNorm.base)
    queryNorm = layer.queryNorm.map { UnsafePointer($0.base) }
    keyNorm = layer.keyNorm.map { UnsafePointer($0.base) }
    attentionPostNorm = layer.attentionPostNorm.map { UnsafePointer($0.base) }
    ffnPostNorm = layer.ffnPostNorm.map { UnsafePointer($0.base) }
    query = layer.query.view(kernels)
    key = layer.key.view(kernels)
    value = layer.value.view(kernels)
    attentionOutput = layer.attentionOutput.view(kernels)
    gate = layer.gate.view(kernels)
    up = layer.up.view(kernels)
    down = layer.down.view(kernels)
    window = layer.window
    rope = .passUnretained(layer.rope)
  }
}
