import Foundation

/// The seeds of a run of fault tests: COLOPHON_TEST_SEED and those after it, so that a failing seed, which its test
/// prints, is repeated by setting the variable to it.
enum FaultSeeds {
  /// 64, or 2,000 with COLOPHON_TEST_LONG.
  static let all: Range<UInt64> = {
    let environment = ProcessInfo.processInfo.environment
    let first = environment["COLOPHON_TEST_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0..<1 << 32)
    return first..<first + (environment["COLOPHON_TEST_LONG"] == nil ? 64 : 2000)
  }()
}

/// SplitMix64: the same numbers for the same seed on every machine.
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
}
