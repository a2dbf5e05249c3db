internal import CFuzzer
internal import Synchronization

/// Called by libFuzzer instead of its own mutation, which three inputs of ten still get: damage of no plan finds other
/// things.
@_cdecl("LLVMFuzzerCustomMutator")
public func mutate(_ data: UnsafeMutablePointer<UInt8>, _ size: Int, _ sizeMax: Int, _ seed: CUnsignedInt) -> Int {
  var random = FuzzRandom(seed: seed)
  guard let mutate = FuzzProgram.chosen.withLock({ $0 })?.mutate, Int.random(in: 0..<10, using: &random) >= 3 else {
    return LLVMFuzzerMutate(data, size, sizeMax)
  }
  var input = Array(UnsafeBufferPointer(start: data, count: size))
  for _ in 0..<Int.random(in: 1...3, using: &random) { mutate(&input, &random) }
  let count = min(input.count, sizeMax)
  for index in 0..<count { data[index] = input[index] }
  return count
}

extension [UInt8] {
  /// Lets libFuzzer change a part, which may grow by half and 16 bytes. Returns by how much it grew.
  @discardableResult package mutating func mutatePart(_ part: Range<Int>) -> Int {
    let room = part.count + part.count / 2 + 16
    var changed = Array(self[part]) + [UInt8](repeating: 0, count: room - part.count)
    let count = changed.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.map { LLVMFuzzerMutate($0, part.count, room) } ?? 0
    }
    replaceSubrange(part, with: changed[..<count])
    return count - part.count
  }

  /// A little-endian number of `width` bytes; the part of it that lies inside.
  package func little(at start: Int, width: Int) -> UInt64 {
    (0..<width).reduce(0) { $0 | (start + $1 < count ? UInt64(self[start + $1]) << (8 * UInt64($1)) : 0) }
  }

  package mutating func setLittle(_ value: UInt64, at start: Int, width: Int) {
    for index in 0..<width where start + index < count {
      self[start + index] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(index)))
    }
  }
}
