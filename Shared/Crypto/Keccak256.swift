/// Keccak-256 as Ethereum uses it: the sponge of FIPS 202 with the padding from before the standard. Only what others sign with
/// it needs it; libcrypto 3.0 has none.
public enum Keccak256 {
  private static let rate = 136
  /// FIPS 202 section 3.2: round constants, and the rotations and places of the combined steps rho and pi.
  private static let constants: [UInt64] = [
    0x0000_0000_0000_0001, 0x0000_0000_0000_8082, 0x8000_0000_0000_808a, 0x8000_0000_8000_8000, 0x0000_0000_0000_808b,
    0x0000_0000_8000_0001, 0x8000_0000_8000_8081, 0x8000_0000_0000_8009, 0x0000_0000_0000_008a, 0x0000_0000_0000_0088,
    0x0000_0000_8000_8009, 0x0000_0000_8000_000a, 0x0000_0000_8000_808b, 0x8000_0000_0000_008b, 0x8000_0000_0000_8089,
    0x8000_0000_0000_8003, 0x8000_0000_0000_8002, 0x8000_0000_0000_0080, 0x0000_0000_0000_800a, 0x8000_0000_8000_000a,
    0x8000_0000_8000_8081, 0x8000_0000_0000_8080, 0x0000_0000_8000_0001, 0x8000_0000_8000_8008,
  ]
  private static let rotations: [UInt64] = [
    1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44,
  ]
  private static let places = [
    10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1,
  ]

  /// 32 bytes.
  public static func hash(_ bytes: [UInt8]) -> [UInt8] {
    var padded = bytes + [0x01]
    padded += [UInt8](repeating: 0, count: (rate - padded.count % rate) % rate)
    padded[padded.count - 1] |= 0x80
    var state = [UInt64](repeating: 0, count: 25)
    for block in stride(from: 0, to: padded.count, by: rate) {
      for lane in 0..<(rate / 8) {
        var word: UInt64 = 0
        for at in (0..<8).reversed() { word = word << 8 | UInt64(padded[block + 8 * lane + at]) }
        state[lane] ^= word
      }
      permute(&state)
    }
    var digest: [UInt8] = []
    for word in state[..<4] {
      for at in 0..<UInt64(8) { digest.append(UInt8(truncatingIfNeeded: word >> (8 * at))) }
    }
    return digest
  }

  private static func permute(_ state: inout [UInt64]) {
    for constant in constants {
      var columns = [UInt64](repeating: 0, count: 5)
      for at in 0..<25 { columns[at % 5] ^= state[at] }
      for x in 0..<5 {
        let mixed = columns[(x + 4) % 5] ^ rotated(columns[(x + 1) % 5], 1)
        for y in stride(from: 0, to: 25, by: 5) { state[x + y] ^= mixed }
      }
      var moving = state[1]
      for (place, rotation) in zip(places, rotations) {
        let next = state[place]
        state[place] = rotated(moving, rotation)
        moving = next
      }
      for y in stride(from: 0, to: 25, by: 5) {
        let row = Array(state[y..<y + 5])
        for x in 0..<5 { state[y + x] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]) }
      }
      state[0] ^= constant
    }
  }

  private static func rotated(_ word: UInt64, _ count: UInt64) -> UInt64 { word << count | word >> (64 - count) }
}
