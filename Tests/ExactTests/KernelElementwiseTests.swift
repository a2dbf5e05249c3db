import CKernels
import TestKit
import Testing

@testable import ExactReference

/// The elementwise kernels of gemma3, against their definition written out.
@Suite struct KernelElementwiseTests {
  @Test("every form of RoPE in halves, GEGLU and scaling gives the bits of the definition")
  func forms() {
    var random = SplitMix64(state: 9)
    for (heads, width) in [(1, 2), (3, 16), (2, 48), (4, 256)] {
      let (count, half) = (heads * width, width / 2)
      for scale: Float in [1, 20, 1e30, 1e-30] {
        let (x, y) = (random.floats(count, scale: scale), random.floats(count))
        let (cosine, sine) = (random.floats(half), random.floats(half))
        var rotated = x
        for low in (0..<heads).flatMap({ head in (0..<half).map { head * width + $0 } }) {
          let i = low % width
          rotated[low] = x[low] * cosine[i] - x[low + half] * sine[i]
          rotated[low + half] = x[low] * sine[i] + x[low + half] * cosine[i]
        }
        let gated = zip(x, y).map { g, u in
          var cubic: Float = 1
          cubic.addProduct(0x1.6e4e26p-5, g * g)
          return ((0.5 * g) * (1 + exact_tanhf((0x1.988454p-1 * g) * cubic))) * u
        }
        for form in KernelForm.all {
          var (a, b, c) = (x, x, x)
          form.kernels.rope_halves(&a, heads, width, cosine, sine)
          form.kernels.geglu(&b, y, count)
          form.kernels.scale(&c, count, 1.25)
          #expect(sameBits(a, rotated), "\(form), \(heads) heads of \(width)")
          #expect(sameBits(b, gated), "\(form), \(count) at scale \(scale)")
          #expect(bits(c) == bits(x.map { $0 * 1.25 }), "\(form)")
        }
      }
    }
  }

  @Test("GELU has its known values, and none where its cube overflows")
  func gelu() {
    let gate: [Float] = [0, 1, -1, 3, -3, 3e38, -3e38]
    var y = gate
    KernelForm.scalar.kernels.geglu(&y, [Float](repeating: 1, count: gate.count), gate.count)
    for (value, expected) in zip(y, [0, 0.841192, -0.158808, 2.996363, -0.003637, 3e38, 0] as [Float]) {
      #expect(abs(value - expected) <= abs(expected) * 1e-5 + 1e-6)
    }
  }
}
