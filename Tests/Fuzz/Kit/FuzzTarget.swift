/// A reader that is given bytes of any kind. It may refuse them; it may not crash, read outside them, hang, or break what
/// it promises of those that it accepts.
package struct FuzzTarget: Sendable {
  package let name: String
  /// Changes an input in a way that keeps most of its structure; nil where libFuzzer's own way does well.
  package let mutate: (@Sendable (_ input: inout [UInt8], _ random: inout FuzzRandom) -> Void)?
  /// Whether the reader accepts the bytes. Checks its promises by preconditions.
  package let accepts: @Sendable (UnsafeRawBufferPointer) -> Bool

  package init(
    name: String, mutate: (@Sendable (_ input: inout [UInt8], _ random: inout FuzzRandom) -> Void)?,
    accepts: @escaping @Sendable (UnsafeRawBufferPointer) -> Bool
  ) {
    self.name = name
    self.mutate = mutate
    self.accepts = accepts
  }
}

/// SplitMix64 (Steele, Lea and Flood, 2014): the same mutations for the same seed.
package struct FuzzRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt32) { state = UInt64(seed) }

  package mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
