import CKernels

/// A weight matrix of shape [rows, columns], repacked in groups of 16 interleaved output rows. Immutable once made.
final class PackedMatrix: Sendable {
  /// The types that kernels exist for.
  static let types = GGUFTensorType.allCases.filter {
    exact_packed_bytes(Int32($0.rawValue), 16, Int($0.block.elements)) > 0
  }

  let type: GGUFTensorType
  let rows: Int
  let columns: Int
  private let memory: AlignedMemory<UInt8>

  /// Groups of 16 output rows, the last padded with zeros.
  var groups: Int { (rows + 15) / 16 }

  /// Repacks a tensor whose shape has been checked. Errors: `unsupportedTensorType`, `nonFiniteWeight`, `outOfMemory`.
  init(_ tensor: GGUFTensorInfo, of file: GGUFFile, pool: ThreadPool) throws(ModelError) {
    guard Self.types.contains(tensor.type) else {
      throw .unsupportedTensorType(tensor: tensor.name, type: tensor.type, supported: Self.types)
    }
    let kind = Int32(tensor.type.rawValue)
    let (columns, rows) = (tensor.dimensions[0], tensor.dimensions[1])
    let memory = try AlignedMemory<UInt8>(exact_packed_bytes(kind, rows, columns), "tensor \(tensor.name)")
    let failures = Failures()
    file.withBytes(of: tensor) { bytes in
      guard let source = bytes.bindMemory(to: UInt8.self).baseAddress else { return }
      pool.parallel(over: (rows + 15) / 16) { groups in
        failures.note(
          exact_pack(kind, source, rows, columns, groups.lowerBound, groups.upperBound, memory.base))
      }
    }
    guard !failures.any else { throw .nonFiniteWeight(tensor: tensor.name) }
    type = tensor.type
    self.rows = rows
    self.columns = columns
    self.memory = memory
  }

  /// Output rows 16 g ..< 16 (g + 1) of the product with `tokens` inputs, for the groups g, into y[token][yStride].
  func multiply(
    _ kernels: exact_kernels, _ input: exact_activation, tokens: Int, groups: Range<Int>,
    into y: UnsafeMutablePointer<Float>, yStride: Int
  ) {
    let product = withUnsafePointer(to: kernels) { exact_matmul_of($0, Int32(type.rawValue)) }
    guard let product else { preconditionFailure("every form has a product for \(type), which could be packed") }
    withUnsafePointer(to: input) {
      product(memory.base, columns, $0, tokens, groups.lowerBound, groups.upperBound, y, yStride)
    }
  }

  /// Row `row` as f32.
  func unpack(row: Int, into out: UnsafeMutablePointer<Float>) {
    exact_unpack_row(Int32(type.rawValue), memory.base, columns, row, out)
  }
}
