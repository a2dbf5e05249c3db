/// Steele, Lea and Flood: Fast splittable pseudorandom number generators (OOPSLA 2014). The same numbers for the same seed on
/// every machine, so that a failure can be repeated.
public struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  public init(state: UInt64) { self.state = state }

  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  public mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) }
  }

  /// One to four random edits: a byte changed, removed, inserted, or the tail cut off.
  public mutating func mutate(_ bytes: [UInt8]) -> [UInt8] {
    var out = bytes
    for _ in 0..<Int.random(in: 1...4, using: &self) {
      guard !out.isEmpty else { return out }
      let at = Int.random(in: out.indices, using: &self)
      switch Int.random(in: 0..<8, using: &self) {
      case 0: out.remove(at: at)
      case 1: out.insert(UInt8.random(in: 0...255, using: &self), at: at)
      case 2: out.removeLast(out.count - at)
      case 3: out[at] = [0x00, 0x7f, 0x80, 0xff, 0x1b, 0x5b, 0x9b, 0xbb].randomElement(using: &self) ?? 0
      default: out[at] ^= 1 << UInt8.random(in: 0..<8, using: &self)
      }
    }
    return out
  }
}
