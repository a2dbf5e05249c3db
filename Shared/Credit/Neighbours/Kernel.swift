import CKernels

/// Which form of the dot products to run. All give the same integers; they differ in speed alone.
public enum DotKernel: String, CaseIterable, Sendable {
  case scalar, avx2, neon, avx512

  /// The forms that this processor can run, narrowest first.
  public static var available: [DotKernel] { allCases.filter { $0.table != nil } }

  /// The widest of them.
  public static var widest: DotKernel { available.last ?? .scalar }

  var table: UnsafePointer<exact_kernels>? {
    switch self {
    case .scalar: exact_kernels_scalar()
    case .avx2: exact_kernels_avx2()
    case .avx512: exact_kernels_avx512()
    case .neon: exact_kernels_neon()
    }
  }
}

/// Rows of int8 packed for the dot products (`exact_dots_pack`), padded with rows and columns that are never looked at.
///
/// Safety: written in `init` and by `set`, before it is shared; read-only afterwards.
final class PackedRows: @unchecked Sendable {
  /// Columns of a row before padding.
  let width: Int
  let capacity: Int
  private let columns: Int
  private let bytes: Pages<UInt8>
  private let form: UnsafePointer<exact_kernels>

  init(width: Int, capacity: Int, kernel: DotKernel) throws(CreditError) {
    precondition((1...NeighbourIndex.widthMax).contains(width))
    guard let form = kernel.table else { throw .kernelUnavailable(kernel.rawValue) }
    self.width = width
    self.columns = (width + 3) / 4 * 4
    self.capacity = (capacity + 15) / 16 * 16
    self.form = form
    bytes = try Pages(self.capacity * columns, "packed vectors")
  }

  func set(_ row: Int, _ vector: [Int8]) {
    precondition(row < capacity && vector.count == width)
    exact_dots_pack(vector + Array(repeating: 0, count: columns - width), columns, row, bytes.base)
  }

  /// Dot products with the rows `rows`, whose bounds are multiples of 16, into the same places of `out`.
  func dots(_ query: [Int8], rows: Range<Int>, into out: UnsafeMutablePointer<Int32>) {
    precondition(query.count == width && rows.upperBound <= capacity)
    precondition(rows.lowerBound % 16 == 0 && rows.upperBound % 16 == 0)
    let padded = query + Array(repeating: 0, count: columns - width)
    form.pointee.dots(
      bytes.base + rows.lowerBound * columns, rows.count / 16, columns, padded, out + rows.lowerBound)
  }
}
