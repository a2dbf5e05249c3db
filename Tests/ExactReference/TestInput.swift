import CKernels
import Exact
import TestKit

/// Activations in both forms, quantised by the scalar definition.
struct TestInput {
  let columns: Int
  let x: [Float]
  var q: [Int8]
  var scale: [Float]
  var weightedSum: [Float]
  var sum: [Int32]

  init(_ x: [Float], columns: Int) {
    self.columns = columns
    self.x = x
    q = [Int8](repeating: 0, count: x.count)
    scale = [Float](repeating: 0, count: x.count / 32)
    weightedSum = scale
    sum = [Int32](repeating: 0, count: x.count / 32)
    let status = KernelForm.scalar.kernels.quantize(x, x.count, &q, &scale, &weightedSum, &sum)
    precondition(status == 0)
  }

  func multiply(
    _ form: KernelForm, _ type: GGUFTensorType, _ packed: [UInt8], rows: Int, tokens: Int, groups: [Range<Int>]? = nil
  ) -> [Float] {
    let padded = (rows + 15) / 16 * 16
    var y = [Float](repeating: .nan, count: tokens * padded)
    // The tests know every type that they ask for.
    // swift-format-ignore: NeverForceUnwrap
    let function = withUnsafePointer(to: form.kernels) { exact_matmul_of($0, Int32(type.rawValue)) }!
    packed.withUnsafeBytes { packed in
      x.withUnsafeBufferPointer { x in
        q.withUnsafeBufferPointer { q in
          scale.withUnsafeBufferPointer { scale in
            weightedSum.withUnsafeBufferPointer { weightedSum in
              sum.withUnsafeBufferPointer { sum in
                // None of the arrays is empty.
                // swift-format-ignore: NeverForceUnwrap
                var input = exact_activation(
                  x: x.baseAddress!, q: q.baseAddress!, scale: scale.baseAddress!,
                  weighted_sum: weightedSum.baseAddress!, sum: sum.baseAddress!)
                for range in groups ?? [0..<padded / 16] {
                  // swift-format-ignore: NeverForceUnwrap
                  function(
                    packed.baseAddress!, columns, &input, tokens, range.lowerBound, range.upperBound, &y, padded)
                }
              }
            }
          }
        }
      }
    }
    return y
  }
}

extension SplitMix64 {
  /// Blocks of the greatest activations between ordinary ones.
  mutating func extremes(_ count: Int) -> [Float] {
    var x = floats(count, scale: 3)
    for i in x.indices where i / 32 % 3 == 0 { x[i] = i % 7 < 3 ? 1e4 : -1e4 }
    return x
  }
}
