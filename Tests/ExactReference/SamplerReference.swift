import CKernels
import Exact

/// What a sampler is held against, and over what.
enum SamplerReference {
  /// Deterministic logits that look like a model's: a few peaks over a wide floor.
  static func logits(_ count: Int, seed: UInt64 = 1) -> [Float] {
    (0..<count).map { index in
      let uniform = Philox4x32.uniform(seed: seed, position: UInt32(index), choice: 9, draw: 9)
      return (uniform * uniform * uniform - 0.25) * 24
    }
  }

  static func sorted(_ count: Int) -> [Float] { logits(count).sorted(by: >) }

  /// The order of FORMAT section 6, written without any shortcut.
  static func pick(_ logits: [Float], _ p: SamplingParameters, position: UInt32, choice: UInt32) -> UInt32 {
    let scaled = logits.map { $0 / p.temperature }
    var order = scaled.indices.sorted { scaled[$0] != scaled[$1] ? scaled[$0] > scaled[$1] : $0 < $1 }
    if p.topK > 0 { order = Array(order.prefix(p.topK)) }
    let exponentials = order.map { exact_expf(scaled[$0] - scaled[order[0]]) }
    var lanes = [Float](repeating: 0, count: 16)
    for (index, value) in exponentials.enumerated() { lanes[index % 16] += value }
    let sum = laneTree(lanes)
    let probabilities = exponentials.map { $0 / sum }
    let kept = probabilities.prefix { $0 >= p.minP * probabilities[0] }
    var total: Float = 0
    var running: [Float] = []
    for probability in kept {
      total += probability
      running.append(total)
      if p.topP < 1 && total >= p.topP { break }
    }
    let threshold = Philox4x32.uniform(seed: p.seed, position: position, choice: choice, draw: 0) * total
    return UInt32(order[running.firstIndex { $0 > threshold } ?? running.count - 1])
  }
}
