import CKernels

/// Cosines and sines of the rotary embedding (Su et al., 2021), [position][headWidth / 2]:
/// angle = position * base^(-2 i / headWidth), in binary64 with our own functions, rounded once to f32.
struct RopeTable: Sendable {
  let half: Int
  private let cosines: [Float]
  private let sines: [Float]

  init(positions: Int, headWidth: Int, base: Double) {
    half = headWidth / 2
    let frequencies = (0..<half).map { exact_pow(base, -Double(2 * $0) / Double(headWidth)) }
    var cosines: [Float] = []
    var sines: [Float] = []
    cosines.reserveCapacity(positions * half)
    sines.reserveCapacity(positions * half)
    for position in 0..<positions {
      for frequency in frequencies {
        let angle = Double(position) * frequency
        cosines.append(Float(exact_cos(angle)))
        sines.append(Float(exact_sin(angle)))
      }
    }
    self.cosines = cosines
    self.sines = sines
  }

  /// Rotates the heads of `x` for `position`, in place.
  func rotate(_ kernels: exact_kernels, _ x: UnsafeMutablePointer<Float>, heads: Int, position: Int) {
    cosines.withUnsafeBufferPointer { cosines in
      sines.withUnsafeBufferPointer { sines in
        guard let cosine = cosines.baseAddress, let sine = sines.baseAddress else { return }
        kernels.rope(x, heads, 2 * half, cosine + position * half, sine + position * half)
      }
    }
  }
}
