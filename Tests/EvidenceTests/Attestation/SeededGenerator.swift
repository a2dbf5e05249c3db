/// SplitMix64: the same seed gives the same run everywhere.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) }
  }

  /// One to four random edits: a byte changed, removed, inserted, or the tail cut off.
  mutating func mutate(_ bytes: [UInt8]) -> [UInt8] {
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
