/// One line of the tensor table, checked for itself; whether it lies inside the file is checked when the table has
/// ended.
struct GGUFTensorEntry {
  let name: String
  let type: GGUFTensorType
  let dimensions: [UInt64]
  /// From the start of the data section.
  let offset: UInt64
  let byteCount: UInt64

  init(_ index: Int, alignment: UInt64, _ cursor: inout GGUFCursor) throws(GGUFError) {
    let name = try cursor.string("the name of tensor \(index)", limit: GGUFLimits.tensorNameBytes)
    guard !name.isEmpty else { throw .emptyName(field: "the name of tensor \(index)") }
    let count: UInt32 = try cursor.integer("the number of dimensions of \(name)")
    guard (1...GGUFLimits.dimensions).contains(UInt64(count)) else {
      throw .limitExceeded(
        field: "the number of dimensions of \(name)", value: UInt64(count), limit: GGUFLimits.dimensions)
    }
    var dimensions: [UInt64] = []
    for _ in 0..<count {
      let dimension: UInt64 = try cursor.integer("a dimension of \(name)")
      guard (1...GGUFLimits.dimension).contains(dimension) else {
        throw .badDimension(tensor: name, dimension: dimension)
      }
      dimensions.append(dimension)
    }
    let number: UInt32 = try cursor.integer("the type of \(name)")
    guard let type = GGUFTensorType(rawValue: number) else { throw .unknownTensorType(tensor: name, type: number) }
    let offset: UInt64 = try cursor.integer("the offset of \(name)")
    guard offset % alignment == 0 else {
      throw .misalignedTensor(tensor: name, offset: offset, alignment: alignment)
    }
    self.name = name
    self.type = type
    self.dimensions = dimensions
    self.offset = offset
    self.byteCount = try Self.byteCount(name, type, dimensions)
  }

  private static func byteCount(
    _ name: String, _ type: GGUFTensorType, _ dimensions: [UInt64]
  ) throws(GGUFError) -> UInt64 {
    let block = type.block
    guard dimensions[0] % block.elements == 0 else {
      throw .partialBlock(tensor: name, rowLength: dimensions[0], block: block.elements)
    }
    var bytes = dimensions[0] / block.elements * block.bytes
    for dimension in dimensions.dropFirst() {
      let (product, overflow) = bytes.multipliedReportingOverflow(by: dimension)
      guard !overflow, product <= UInt64(Int64.max) else { throw .sizeOverflow(tensor: name) }
      bytes = product
    }
    return bytes
  }
}
