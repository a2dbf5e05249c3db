/// Philox4x32-10: a counter-based generator (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3",
/// SC 2011). The same counter and key give the same words on any machine, so every position of every choice has its own
/// random number and none depends on how many were drawn before.
public enum Philox4x32 {
  /// One block of ten rounds: four words.
  public static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var counter = counter
    var key = key
    for round in 0..<10 {
      if round > 0 { key &+= SIMD2(0x9e37_79b9, 0xbb67_ae85) }
      let first = UInt64(counter[0]) * 0xd251_1f53
      let second = UInt64(counter[2]) * 0xcd9e_8d57
      counter = SIMD4(
        UInt32(second >> 32) ^ counter[1] ^ key[0], UInt32(truncatingIfNeeded: second),
        UInt32(first >> 32) ^ counter[3] ^ key[1], UInt32(truncatingIfNeeded: first))
    }
    return counter
  }

  /// The number in [0, 1) of one draw: the top 24 bits of the block's first word times 2^-24.
  ///
  /// Counter: (position, choice, draw, 0). Key: (low 32 bits of the seed, high 32 bits).
  public static func uniform(seed: UInt64, position: UInt32, choice: UInt32, draw: UInt32) -> Float {
    let key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(seed >> 32))
    return Float(block(counter: SIMD4(position, choice, draw, 0), key: key)[0] >> 8) * 0x1p-24
  }
}
