import Testing

@testable import Credit

@Suite struct PackedNumbersTests {
  @Test(
    "Numbers of every width come back, and what is packed ends within what it is said to take",
    arguments: [1, 2, 3, 5, 255, 256, 257, 65_536, (1 << 27) - 5, 1 << 30, 1 << 31])
  func width(limit: Int) {
    var random = SystemRandomNumberGenerator()
    for count in [0, 1, 2, 31, 32, 33, 200] {
      var numbers = (0..<count).map { _ in Int32.random(in: 0...Int32(limit - 1), using: &random) }
      if count > 0 { numbers[count - 1] = Int32(limit - 1) }
      let bytes = PackedNumbers.byteCount(count, below: limit)
      let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes + 1, alignment: 8)
      defer { memory.deallocate() }
      memory.initializeMemory(as: UInt8.self, repeating: 0)
      memory[bytes] = 0xa5
      guard let base = memory.baseAddress else { return }
      numbers.withUnsafeBufferPointer { PackedNumbers.pack($0, below: limit, into: base) }
      let packed = PackedNumbers(base, below: limit)
      #expect(numbers.indices.map { Int32(packed[$0]) } == numbers)
      #expect(memory[bytes] == 0xa5)
    }
  }
}
