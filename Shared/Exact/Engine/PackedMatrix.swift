import CKernels

/// A weight matrix of shape [rows, columns], repacked in groups of 16 interleaved output rows. Immutable once made.
///
/// Safety of `@unchecked Sendable`: nobody writes the weights after `init`.
final class PackedMatrix: @unchecked Sendable {
  /// The types that kernels exist for.
  static let types = GGUFTensorType.allCases.filter {
    exact_packed_bytes(Int32($0.rawValue), 16, Int($0.block.elements)) > 0
  }

  let type: GGUFTensorType
  let rows: Int
  let columns: Int
  private let weights: UnsafePointer<UInt8>
  /// Keeps `weights` where they are; it holds those of the whole model.
  private let memory: AlignedMemory<UInt8>

  /// Groups of 16 output rows, the last padded with zeros.
  var groups: Int { (rows + 15) / 16 }

  /// Repacks a tensor whose shape has been checked. Errors: `unsupportedTensorType`, `nonFiniteWeight`.
  init(
    _ tensor: GGUFTensorInfo, of file: GGUFFile, pool: ThreadPool, into weightMemory: inout WeightMemory
  ) throws(ModelError) {
    guard Self.types.contains(tensor.type) else {
      throw .unsupportedTensorType(tensor: tensor.name, type: tensor.type, supported: Self.types)
    }
    let kind = Int32(tensor.type.rawValue)
    let (columns, rows) = (tensor.dimensions[0], tensor.dimensions[1])
    let place = weightMemory.take(tensor)
    let failures = Failures()
    file.withBytes(of: tensor) { bytes in
      guard let source = bytes.bindMemory(to: UInt8.self).baseAddress else { return }
      pool.parallel(over: (rows + 15) / 16) { groups in
        failures.note(
          exact_pack(kind, source, rows, columns, groups.lowerBound, groups.upperBound, place))
      }
    }
    guard !failures.any else { throw .nonFiniteWeight(tensor: tensor.name) }
    type = tensor.type
    self.rows = rows
    self.columns = columns
    weights = UnsafePointer(place)
    memory = weightMemory.memory
  }

  /// What workers read, with the product of this form of the kernels.
  func view(_ kernels: UnsafePointer<exact_kernels>) -> MatrixView {
    guard let product = exact_matmul_of(kernels, Int32(type.rawValue)) else {
      preconditionFailure("every form has a product for \(type), which could be packed")
    }
    return MatrixView(
      weights: weights, columns: columns, groups: groups,
      groupBytes: exact_packed_bytes(Int32(type.rawValue), 16, columns), function: product)
  }

  /// Row `row` as f32.
  func unpack(row: Int, into out: UnsafeMutablePointer<Float>) {
    exact_unpack_row(Int32(type.rawValue), weights, columns, row, out)
  }
}
