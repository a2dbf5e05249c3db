import Exact

/// Builds GGUF v3 files for tests, honest or not.
struct GGUFWriter {
  struct Tensor {
    var name: String
    var dimensions: [UInt64]
    var type: UInt32
    var bytes: [UInt8]
    /// Instead of the place where the writer would put it.
    var offset: UInt64?
  }

  var magic: UInt32 = 0x4655_4747
  var version: UInt32 = 3
  var alignment: UInt64 = 32
  var pairs: [(key: String, value: GGUFValue)] = []
  var tensors: [Tensor] = []
  /// Instead of the true counts.
  var pairCount: UInt64?
  var tensorCount: UInt64?
  /// Put after the pairs as they are.
  var rawPairs: [UInt8] = []

  func bytes() -> [UInt8] {
    var out: [UInt8] = []
    out.append(little: magic)
    out.append(little: version)
    out.append(little: tensorCount ?? UInt64(tensors.count))
    out.append(little: pairCount ?? UInt64(pairs.count))
    for (key, value) in pairs {
      out.append(text: key)
      out.append(little: value.typeNumber)
      out.append(value)
    }
    out += rawPairs
    var data: [UInt8] = []
    for tensor in tensors {
      out.append(text: tensor.name)
      out.append(little: UInt32(tensor.dimensions.count))
      for dimension in tensor.dimensions { out.append(little: dimension) }
      out.append(little: tensor.type)
      out.append(little: tensor.offset ?? UInt64(data.count))
      data += tensor.bytes
      data += [UInt8](repeating: 0, count: padding(data.count))
    }
    if tensors.isEmpty { return out }
    return out + [UInt8](repeating: 0, count: padding(out.count)) + data
  }

  private func padding(_ count: Int) -> Int { (Int(alignment) - count % Int(alignment)) % Int(alignment) }
}

extension GGUFValue {
  var typeNumber: UInt32 {
    switch self {
    case .uint8: 0
    case .int8: 1
    case .uint16: 2
    case .int16: 3
    case .uint32: 4
    case .int32: 5
    case .float32: 6
    case .bool: 7
    case .string: 8
    case .array: 9
    case .uint64: 10
    case .int64: 11
    case .float64: 12
    }
  }
}

extension [UInt8] {
  mutating func append<T: FixedWidthInteger>(little value: T) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }

  mutating func append(text: String) {
    append(little: UInt64(text.utf8.count))
    append(contentsOf: text.utf8)
  }

  mutating func append(_ value: GGUFValue) {
    switch value {
    case .uint8(let number): append(number)
    case .int8(let number): append(little: number)
    case .uint16(let number): append(little: number)
    case .int16(let number): append(little: number)
    case .uint32(let number): append(little: number)
    case .int32(let number): append(little: number)
    case .float32(let number): append(little: number.bitPattern)
    case .bool(let flag): append(flag ? 1 : 0)
    case .string(let text): append(text: text)
    case .array(let values):
      append(little: values.first?.typeNumber ?? 4)
      append(little: UInt64(values.count))
      for value in values { append(value) }
    case .uint64(let number): append(little: number)
    case .int64(let number): append(little: number)
    case .float64(let number): append(little: number.bitPattern)
    }
  }
}
