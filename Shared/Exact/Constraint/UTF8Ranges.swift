/// A range of byte values, both ends included.
struct ByteRange: Sendable, Hashable {
  var low: UInt8
  var high: UInt8
}

/// Ranges of Unicode scalars as sequences of byte ranges (RFC 3629): each sequence spells a block of scalars, and the
/// sequences of one range share no first bytes but whole.
enum UTF8Ranges {
  /// The characters that a JSON string spells as themselves (RFC 8259 section 7, `unescaped`).
  static let plainCharacters: [[ByteRange]] = [(0x20, 0x21), (0x23, 0x5b), (0x5d, 0x10ffff)].flatMap {
    sequences($0.0...$0.1)
  }

  /// The sequences of the scalars in `range`; surrogates, which are no scalars, are left out.
  static func sequences(_ range: ClosedRange<UInt32>) -> [[ByteRange]] {
    var out: [[ByteRange]] = []
    // Blocks in which all encodings have the same length, without the surrogates.
    for block in [0...0x7f, 0x80...0x7ff, 0x800...0xd7ff, 0xe000...0xffff, 0x10000...0x10ffff] as [ClosedRange<UInt32>]
    {
      let low = max(range.lowerBound, block.lowerBound)
      let high = min(range.upperBound, block.upperBound)
      if low <= high { split(low, high, into: &out) }
    }
    return out
  }

  /// Cuts until every byte ranges on its own.
  private static func split(_ low: UInt32, _ high: UInt32, into out: inout [[ByteRange]]) {
    let length = encode(high).count
    for index in 1..<max(length, 1) {
      let tail: UInt32 = 1 << (6 * UInt32(index)) - 1
      if low & ~tail == high & ~tail { continue }
      if low & tail != 0 {
        split(low, low | tail, into: &out)
        split((low | tail) + 1, high, into: &out)
        return
      }
      if high & tail != tail {
        split(low, (high & ~tail) - 1, into: &out)
        split(high & ~tail, high, into: &out)
        return
      }
    }
    out.append(zip(encode(low), encode(high)).map { ByteRange(low: $0, high: $1) })
  }

  private static func encode(_ scalar: UInt32) -> [UInt8] {
    switch scalar {
    case ..<0x80: [UInt8(scalar)]
    case ..<0x800: [0xc0 | UInt8(scalar >> 6), tail(scalar)]
    case ..<0x10000: [0xe0 | UInt8(scalar >> 12), tail(scalar >> 6), tail(scalar)]
    default: [0xf0 | UInt8(scalar >> 18), tail(scalar >> 12), tail(scalar >> 6), tail(scalar)]
    }
  }

  private static func tail(_ bits: UInt32) -> UInt8 { 0x80 | UInt8(bits & 0x3f) }
}
