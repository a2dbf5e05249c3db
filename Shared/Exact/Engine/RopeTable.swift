import CKernels
import Synchronization

/// Which elements of a head turn together.
enum RopeStyle: Sendable {
  /// (2i, 2i + 1), as in the paper.
  case pairs
  /// (i, i + headWidth / 2), as in GPT-NeoX.
  case halves
}

/// Cosines and sines of the rotary embedding (Su et al., 2021), [position][headWidth / 2]:
/// angle = position * (base^(-2 i / headWidth) / scaling), in binary64 with our own functions, rounded once to f32.
///
/// The table is made as far as positions are asked for: a model is trained for many more than most requests use.
///
/// Safety: rows below `filled` are never written again; rows above are written under `turn` only, and become visible
/// with the releasing store of `filled`.
final class RopeTable: Sendable {
  /// Positions that are made at once.
  private static let step = 64

  let style: RopeStyle
  let half: Int
  private let positions: Int
  private let frequencies: [Double]
  private let cosines: AlignedMemory<Float>
  private let sines: AlignedMemory<Float>
  private let filled = Atomic<Int>(0)
  private let turn = Mutex<Void>(())

  /// `positions`: the most; `scaling`: what the frequencies are divided by.
  init(
    positions: Int, headWidth: Int, base: Double, scaling: Double = 1, style: RopeStyle = .pairs
  ) throws(ModelError) {
    self.style = style
    self.positions = positions
    half = headWidth / 2
    frequencies = (0..<half).map { exact_pow(base, -Double(2 * $0) / Double(headWidth)) / scaling }
    cosines = try AlignedMemory(positions * half, "the cosines of \(positions) positions", isSparse: true)
    sines = try AlignedMemory(positions * half, "the sines of \(positions) positions", isSparse: true)
  }

  /// Rotates the heads of `x` for `position`, which is below the table's positions, in place. From any thread.
  func rotate(_ kernels: exact_kernels, _ x: UnsafeMutablePointer<Float>, heads: Int, position: Int) {
    precondition(position >= 0 && position < positions)
    if filled.load(ordering: .acquiring) <= position { fill(through: position) }
    let (cosine, sine) = (cosines.base + position * half, sines.base + position * half)
    switch style {
    case .pairs: kernels.rope(x, heads, 2 * half, cosine, sine)
    case .halves: kernels.rope_halves(x, heads, 2 * half, cosine, sine)
    }
  }

  private func fill(through position: Int) {
    turn.withLock { _ in
      let first = filled.load(ordering: .relaxed)
      guard first <= position else { return }
      let end = min(positions, (position / Self.step + 1) * Self.step)
      for row in first..<end {
        for (i, frequency) in frequencies.enumerated() {
          let angle = Double(row) * frequency
          cosines.base[row * half + i] = Float(exact_cos(angle))
          sines.base[row * half + i] = Float(exact_sin(angle))
        }
      }
      filled.store(end, ordering: .releasing)
    }
  }
}
