import Exact
import Testing

@Suite struct PhiloxTests {
  @Test(
    "the known answers of the Random123 distribution come out",
    arguments: [
      (
        SIMD4<UInt32>(repeating: 0), SIMD2<UInt32>(repeating: 0),
        SIMD4<UInt32>(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8)
      ),
      (
        SIMD4<UInt32>(repeating: .max), SIMD2<UInt32>(repeating: .max),
        SIMD4<UInt32>(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd)
      ),
      (
        SIMD4<UInt32>(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), SIMD2<UInt32>(0xa409_3822, 0x299f_31d0),
        SIMD4<UInt32>(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1)
      ),
    ])
  func knownAnswers(counter: SIMD4<UInt32>, key: SIMD2<UInt32>, expected: SIMD4<UInt32>) {
    #expect(Philox4x32.block(counter: counter, key: key) == expected)
  }

  @Test("the seed's low word is the first key word, and the counter is position, choice, draw, zero")
  func layout() {
    let seed: UInt64 = 0x299f_31d0_a409_3822
    let word = Philox4x32.block(counter: SIMD4(7, 3, 1, 0), key: SIMD2(0xa409_3822, 0x299f_31d0))[0]
    #expect(Philox4x32.uniform(seed: seed, position: 7, choice: 3, draw: 1) == Float(word >> 8) / 16_777_216)
    #expect(Philox4x32.uniform(seed: 0, position: 0, choice: 0, draw: 0) == Float(0x66_27e8) / 16_777_216)
  }

  @Test("every number lies in [0, 1), and positions and choices have their own")
  func range() {
    var seen: Set<Float> = []
    for position: UInt32 in 0..<500 {
      for choice: UInt32 in 0..<4 {
        let number = Philox4x32.uniform(seed: 42, position: position, choice: choice, draw: 0)
        #expect(number >= 0 && number < 1)
        seen.insert(number)
      }
    }
    #expect(seen.count > 1990)
  }
}
