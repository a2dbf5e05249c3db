/// Marsaglia: Xorshift RNGs (2003). Bytes that look random and are the same every time.
public func xorshiftBytes(_ count: Int, seed: UInt64) -> [UInt8] {
  var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
  return (0..<count).map { _ in
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return UInt8(truncatingIfNeeded: state >> 32)
  }
}

/// Element by element: `==` of arrays that a test without optimisation compares takes seconds for some MiB.
public func sameBytes(_ a: [UInt8], _ b: [UInt8]) -> Bool { a == b }
