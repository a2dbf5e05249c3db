import CKernels

/// One call of the attention kernel.
struct AttentionCall {
  var tokens: Int
  var heads: Int
  var first: Int
  var window = 0
  var scale: Float = 0.125

  struct Output {
    var status: Int32
    /// [tokens][heads * width]
    var rows: [Float]
    /// Nothing was written past the scratch or between the rows.
    var isContained: Bool
  }

  func visible(_ t: Int) -> Range<Int> { (window == 0 ? 0 : max(0, first + t + 1 - window))..<first + t + 1 }

  /// Strides are wider than the rows, and what lies between them must stay as it was.
  func run(_ form: KernelForm, _ cache: TestCache, _ query: [Float]) -> Output {
    let row = heads * cache.width
    let stride = row + 3
    var spread = [Float](repeating: .nan, count: tokens * stride)
    for t in 0..<tokens { for i in 0..<row { spread[t * stride + i] = query[t * row + i] } }
    let space = exact_attention_scratch(tokens, heads, first, window)
    var scores = [Float](repeating: .nan, count: space + 1)
    scores[space] = 42
    var out = [Float](repeating: 7, count: tokens * stride)
    let status = cache.with(firstPage: visible(0).lowerBound / 64) { kv in
      form.kernels.attention(kv, spread, stride, tokens, heads, first, window, scale, &scores, &out, stride)
    }
    var output = Output(status: status, rows: [], isContained: scores[space] == 42)
    for t in 0..<tokens {
      output.rows += out[t * stride..<t * stride + row]
      if out[t * stride + row..<(t + 1) * stride] != [7, 7, 7] { output.isContained = false }
    }
    return output
  }

  /// EXACT1 section 3, from the plain keys and values: [tokens][heads * width].
  func reference(_ cache: TestCache, _ query: [Float]) -> [Float] {
    var expected: [Float] = []
    for t in 0..<tokens {
      for h in 0..<heads {
        let at = (t * heads + h) * cache.width
        expected += Self.output(cache, query[at..<at + cache.width], visible: visible(t), scale: scale)
      }
    }
    return expected
  }

  private static func output(_ cache: TestCache, _ query: ArraySlice<Float>, visible: Range<Int>, scale: Float)
    -> [Float]
  {
    let width = cache.width
    let query = Array(query)
    var scores = visible.map { p in
      var lanes = [Float](repeating: 0, count: 16)
      for i in 0..<width { lanes[i % 16].addProduct(query[i], cache.keys[p * width + i]) }
      return laneTree(lanes) * scale
    }
    let largest = scores.reduce(-.infinity) { max($0, $1) }
    var lanes = [Float](repeating: 0, count: 16)
    for (index, p) in visible.enumerated() {
      scores[index] = exact_expf(scores[index] - largest)
      lanes[p % 16] += scores[index]
    }
    let sum = laneTree(lanes)
    var out = [Float](repeating: 0, count: width)
    for chunk in visible.lowerBound / 64...(visible.upperBound - 1) / 64 {
      for i in 0..<width {
        var acc: Float = 0
        for p in visible.clamped(to: chunk * 64..<chunk * 64 + 64) {
          acc.addProduct(scores[p - visible.lowerBound] / sum, cache.values[p * width + i])
        }
        out[i] += acc
      }
    }
    return out
  }
}
