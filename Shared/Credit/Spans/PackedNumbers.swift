/// Numbers of as few bits as the largest needs, one behind the other, lowest bits first: the 66 million suffixes of a large
/// text take 27 bits each where words take 32, and a number is still one read away.
struct PackedNumbers {
  private let base: UnsafeRawPointer
  private let bits: Int

  /// - Parameter base: of ``byteCount(_:below:)`` bytes.
  init(_ base: UnsafeRawPointer, below limit: Int) {
    self.base = base
    bits = Self.bits(below: limit)
  }

  /// What `count` numbers take. A read takes 8 bytes from the byte where its number begins.
  static func byteCount(_ count: Int, below limit: Int) -> Int { (count * bits(below: limit) + 7) / 8 + 8 }

  /// From 1 to 32.
  private static func bits(below limit: Int) -> Int { max(1, Int.bitWidth - max(0, limit - 1).leadingZeroBitCount) }

  subscript(_ at: Int) -> UInt32 {
    @inline(__always) get {
      let bit = at &* bits
      let word = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: bit &>> 3, as: UInt64.self))
      return UInt32(truncatingIfNeeded: (word &>> UInt64(bit & 7)) & ((1 &<< UInt64(bits)) &- 1))
    }
  }

  /// Each number must be from 0 on and below `limit`.
  static func pack(_ numbers: UnsafeBufferPointer<Int32>, below limit: Int, into out: UnsafeMutableRawPointer) {
    let bits = bits(below: limit)
    var (pending, filled, place): (UInt64, Int, Int) = (0, 0, 0)
    for number in numbers {
      pending |= UInt64(UInt32(bitPattern: number)) &<< UInt64(filled)
      filled += bits
      while filled >= 32 {
        out.storeBytes(of: UInt32(truncatingIfNeeded: pending).littleEndian, toByteOffset: place, as: UInt32.self)
        pending &>>= 32
        filled -= 32
        place += 4
      }
    }
    out.storeBytes(of: UInt32(truncatingIfNeeded: pending).littleEndian, toByteOffset: place, as: UInt32.self)
  }
}
