import CKernels

/// The kernels of EXACT1.md "Encoder", written out again.
enum EncoderReference {
  static func laneSum(_ x: [Float], _ join: (inout Float, Float) -> Void) -> Float {
    var lanes = [Float](repeating: 0, count: 16)
    for (i, value) in x.enumerated() { join(&lanes[i % 16], value) }
    return laneTree(lanes)
  }

  static func layerNorm(_ x: [Float], _ weight: [Float], _ bias: [Float], _ epsilon: Float) -> [Float] {
    let mean = laneSum(x) { $0 += $1 } / Float(x.count)
    let spread = laneSum(x.map { $0 - mean }) { $0.addProduct($1, $1) }
    let r = 1 / (spread / Float(x.count) + epsilon).squareRoot()
    return x.indices.map { ((x[$0] - mean) * r) * weight[$0] + bias[$0] }
  }

  static func attention(
    _ query: [Float], _ keys: [Float], _ values: [Float], stride: Int, tokens: Int, scale: Float
  ) -> [Float] {
    var scores = (0..<tokens).map { p in
      var lanes = [Float](repeating: 0, count: 16)
      for i in query.indices { lanes[i % 16].addProduct(query[i], keys[p * stride + i]) }
      return laneTree(lanes) * scale
    }
    _ = KernelForm.scalar.kernels.softmax(&scores, tokens)
    return query.indices.map { i in
      var sum: Float = 0
      for begin in Swift.stride(from: 0, to: tokens, by: 64) {
        var acc: Float = 0
        for p in begin..<min(begin + 64, tokens) { acc.addProduct(scores[p], values[p * stride + i]) }
        sum += acc
      }
      return sum
    }
  }
}
