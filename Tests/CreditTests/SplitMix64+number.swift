import TestKit

extension SplitMix64 {
  /// Any length up to `bits` is equally likely.
  mutating func number(bits: Int) -> UInt128 {
    let wide = UInt128(next()) << 64 | UInt128(next())
    return wide >> UInt128(128 - Int(next() % UInt64(bits)) - 1)
  }
}
