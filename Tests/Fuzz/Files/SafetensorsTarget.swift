import FuzzKit

@testable import Exact

extension FuzzTarget {
  /// The front of a safetensors file.
  static let safetensors = FuzzTarget(name: "safetensors", mutate: mutateHeader) { bytes in
    let header: SafetensorsHeader
    do throws(SafetensorsError) { header = try SafetensorsHeader(parsing: bytes) } catch {
      precondition(!error.description.isEmpty)
      return false
    }
    for tensor in header.tensors {
      precondition(tensor.offset >= 8 && tensor.byteCount >= 0 && tensor.byteCount <= bytes.count - tensor.offset)
      precondition(tensor.shape.reduce(1, *) * tensor.type.byteCount == tensor.byteCount)
      if tensor.byteCount > 0 {
        precondition(Int(bytes[tensor.offset]) + Int(bytes[tensor.offset + tensor.byteCount - 1]) >= 0)
      }
    }
    return true
  }

  /// Changes the JSON and mends its length, which stands before it; or the length alone.
  @Sendable private static func mutateHeader(_ input: inout [UInt8], _ random: inout FuzzRandom) {
    let length = input.little(at: 0, width: 8)
    guard input.count > 8, length > 0, length <= UInt64(input.count - 8),
      Int.random(in: 0..<8, using: &random) != 0
    else {
      return input.setLittle(UInt64(1) << UInt64.random(in: 0..<64, using: &random), at: 0, width: 8)
    }
    let grown = input.mutatePart(8..<8 + Int(length))
    input.setLittle(length &+ UInt64(bitPattern: Int64(grown)), at: 0, width: 8)
  }
}
