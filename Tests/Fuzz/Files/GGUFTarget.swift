import FuzzKit

@testable import Exact

extension FuzzTarget {
  /// The front of a GGUF file: metadata and the table of tensors.
  static let gguf = FuzzTarget(name: "gguf", mutate: GGUFMutation.mutate) { bytes in
    let header: GGUFHeader
    do throws(GGUFError) { header = try GGUFHeader(parsing: bytes) } catch {
      precondition(!error.description.isEmpty)
      return false
    }
    var end = 0
    for tensor in header.tensors.sorted(by: { $0.offset < $1.offset }) {
      precondition(!tensor.name.isEmpty && (1...4).contains(tensor.dimensions.count))
      precondition(tensor.offset >= end && tensor.byteCount > 0)
      precondition(tensor.byteCount <= bytes.count - tensor.offset)
      let elements = tensor.dimensions.reduce(1, *)
      let block = tensor.type.block
      precondition(elements / Int(block.elements) * Int(block.bytes) == tensor.byteCount)
      // The first and the last byte of each are there.
      precondition(Int(bytes[tensor.offset]) + Int(bytes[tensor.offset + tensor.byteCount - 1]) >= 0)
      end = tensor.offset + tensor.byteCount
    }
    return true
  }
}
