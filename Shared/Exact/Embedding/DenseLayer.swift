import CKernels

/// A linear map with a bias: binary32 weights of shape [rows, columns], repacked in groups of 16 interleaved output rows.
/// Immutable once made. Rows are a multiple of 16, columns of 32.
final class DenseLayer: Sendable {
  let rows: Int
  let columns: Int
  private let weights: AlignedMemory<UInt8>
  private let bias: AlignedMemory<Float>

  var groups: Int { rows / 16 }

  init(_ reader: inout EncoderReader, _ name: String, columns: Int, rows: Int) throws(EmbeddingError) {
    let plain = try reader.values("\(name).weight", [rows, columns])
    bias = try reader.values("\(name).bias", [rows])
    let bytes = exact_packed_bytes(Int32(EXACT_F32), rows, columns)
    let packed: AlignedMemory<UInt8>
    do { packed = try AlignedMemory(bytes, "tensor \(name).weight") } catch { throw .engine(error) }
    // The values have been checked, so packing them cannot fail.
    reader.pool.parallel(over: rows / 16) { groups in
      plain.base.withMemoryRebound(to: UInt8.self, capacity: rows * columns * 4) { source in
        _ = exact_pack(
          Int32(EXACT_F32), source, rows, columns, groups.lowerBound, groups.upperBound, packed.base)
      }
    }
    weights = packed
    self.rows = rows
    self.columns = columns
  }

  /// Output rows 16 g ..< 16 (g + 1) for the groups g of `tokens` inputs, with the bias, into y[token][rows].
  func apply(
    _ kernels: exact_kernels, _ input: exact_activation, tokens: Int, groups: Range<Int>,
    into y: UnsafeMutablePointer<Float>
  ) {
    guard let product = withUnsafePointer(to: kernels, { exact_matmul_of($0, Int32(EXACT_F32)) }) else {
      preconditionFailure("every form has a product of f32 weights")
    }
    withUnsafePointer(to: input) {
      product(weights.base, columns, $0, tokens, groups.lowerBound, groups.upperBound, y, rows)
    }
    let first = groups.lowerBound * 16
    for token in 0..<tokens { kernels.add(y + token * rows + first, bias.base + first, groups.count * 16) }
  }
}
