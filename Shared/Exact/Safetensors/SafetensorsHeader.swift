import Codec

/// The parsed front of a safetensors file: the table of tensors. Pure function of the bytes.
///
/// Format: u64le length of the header, the header (JSON: tensor name to `dtype`, `shape`, `data_offsets`, and
/// `__metadata__` with strings; padded with spaces), the data. The tensors cover the data without gap or overlap.
struct SafetensorsHeader {
  /// In the order of their data.
  let tensors: [SafetensorsTensor]
  let metadata: [String: String]

  init(parsing bytes: UnsafeRawBufferPointer) throws(SafetensorsError) {
    let fileSize = UInt64(bytes.count)
    guard bytes.count >= 8 else { throw .truncated(field: "the header's length", needed: 8, fileSize: fileSize) }
    let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    guard length <= SafetensorsLimits.headerBytes else {
      throw .limitExceeded(
        field: "the header's length in bytes", value: length, limit: SafetensorsLimits.headerBytes)
    }
    guard length <= fileSize - 8 else {
      throw .truncated(field: "the header", needed: 8 + length, fileSize: fileSize)
    }
    let start = 8 + Int(length)
    let text = Array(bytes[8..<start])
    guard text.first == UInt8(ascii: "{") else { throw .noObject(firstByte: text.first) }
    let limits = JSONLimits(
      byteCountMax: text.count, depthMax: SafetensorsLimits.nesting, valueCountMax: SafetensorsLimits.tensors * 16)
    let members: [JSONMember]
    do { members = try JSON(parsing: text, limits: limits).objectValue ?? [] } catch { throw .header(error) }

    var tensors: [SafetensorsTensor] = []
    var metadata: [String: String] = [:]
    // The parser has refused equal names; Swift's strings are also equal when they are canonically equivalent.
    var names: Set<String> = []
    for member in members {
      guard names.insert(member.name).inserted else { throw .equivalentNames(member.name) }
      if member.name == "__metadata__" {
        metadata = try Self.metadata(member.value)
      } else {
        guard tensors.count < SafetensorsLimits.tensors else {
          throw .limitExceeded(
            field: "the number of tensors", value: UInt64(members.count), limit: UInt64(SafetensorsLimits.tensors))
        }
        tensors.append(try SafetensorsTensor(member, dataStart: start, fileSize: bytes.count))
      }
    }
    tensors.sort { ($0.offset, $0.byteCount) < ($1.offset, $1.byteCount) }
    try Self.requireCover(tensors, dataStart: start, fileSize: bytes.count)
    self.tensors = tensors
    self.metadata = metadata
  }

  private static func metadata(_ value: JSON) throws(SafetensorsError) -> [String: String] {
    guard let members = value.objectValue else {
      throw .badMember("__metadata__", of: "the file", requirement: "an object of strings")
    }
    var out: [String: String] = [:]
    var byteCount = 0
    for member in members {
      guard let text = member.value.stringValue else {
        throw .badMember(member.name, of: "__metadata__", requirement: "a string")
      }
      byteCount += member.name.utf8.count + text.utf8.count
      out[member.name] = text
    }
    guard byteCount <= SafetensorsLimits.metadataBytes else {
      throw .limitExceeded(
        field: "the number of bytes in __metadata__", value: UInt64(byteCount),
        limit: UInt64(SafetensorsLimits.metadataBytes))
    }
    return out
  }

  /// Each tensor begins where the one before it ends, and the last ends with the file.
  private static func requireCover(
    _ tensors: [SafetensorsTensor], dataStart: Int, fileSize: Int
  ) throws(SafetensorsError) {
    var end = dataStart
    var previous = ""
    for tensor in tensors {
      guard tensor.offset >= end else { throw .overlappingTensors(previous, tensor.name) }
      guard tensor.offset == end else {
        throw .unusedBytes(from: UInt64(end - dataStart), to: UInt64(tensor.offset - dataStart))
      }
      end += tensor.byteCount
      previous = tensor.name
    }
    guard end == fileSize else {
      throw .unusedBytes(from: UInt64(end - dataStart), to: UInt64(fileSize - dataStart))
    }
  }
}

extension SafetensorsTensor {
  /// One member of the header, checked against the file's size.
  init(_ member: JSONMember, dataStart: Int, fileSize: Int) throws(SafetensorsError) {
    let name = member.name
    guard (1...SafetensorsLimits.tensorNameBytes).contains(name.utf8.count) else {
      throw .limitExceeded(
        field: "the number of bytes in a tensor's name, which has at least 1,", value: UInt64(name.utf8.count),
        limit: UInt64(SafetensorsLimits.tensorNameBytes))
    }
    guard let members = member.value.objectValue, Set(members.map(\.name)) == ["dtype", "shape", "data_offsets"] else {
      throw .badMember(name, of: "the file", requirement: "an object of dtype, shape and data_offsets")
    }
    guard let typeName = member.value["dtype"]?.stringValue else {
      throw .badMember("dtype", of: name, requirement: "a string")
    }
    guard let type = SafetensorsDataType(rawValue: typeName) else {
      throw .unknownDataType(tensor: name, type: typeName)
    }
    guard let dimensions = member.value["shape"]?.arrayValue else {
      throw .badMember("shape", of: name, requirement: "an array")
    }
    guard dimensions.count <= SafetensorsLimits.dimensions else {
      throw .limitExceeded(
        field: "the number of dimensions of \(name)", value: UInt64(dimensions.count),
        limit: UInt64(SafetensorsLimits.dimensions))
    }
    var shape: [UInt64] = []
    for dimension in dimensions { shape.append(try Self.integer(dimension, "a dimension", name)) }
    let byteCount = try Self.byteCount(shape, type, name)
    guard let offsets = member.value["data_offsets"]?.arrayValue, offsets.count == 2 else {
      throw .badMember("data_offsets", of: name, requirement: "an array of two integers")
    }
    let begin = try Self.integer(offsets[0], "a data offset", name)
    let end = try Self.integer(offsets[1], "a data offset", name)
    guard begin <= end, end - begin == byteCount else {
      throw .sizeMismatch(tensor: name, shapeBytes: byteCount, offsets: [begin, end])
    }
    guard end <= UInt64(fileSize - dataStart) else {
      throw .tensorOutsideFile(tensor: name, end: end, dataBytes: UInt64(fileSize - dataStart))
    }
    let offset = dataStart + Int(begin)
    guard offset % type.byteCount == 0 else {
      throw .misalignedTensor(tensor: name, offset: UInt64(offset), alignment: UInt64(type.byteCount))
    }
    self.init(
      name: name, type: type, shape: shape.map { Int($0) }, offset: offset, byteCount: Int(byteCount))
  }

  /// Plain digits only: `-0`, `1.0` and `1e3` are other spellings, which other readers may take otherwise.
  private static func integer(_ value: JSON, _ field: String, _ tensor: String) throws(SafetensorsError) -> UInt64 {
    guard let literal = value.numberLiteral, literal.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let number = UInt64(literal), number <= UInt64(Int64.max)
    else { throw .badInteger(field: field, tensor: tensor, literal: value.numberLiteral ?? "no number") }
    return number
  }

  private static func byteCount(
    _ shape: [UInt64], _ type: SafetensorsDataType, _ tensor: String
  ) throws(SafetensorsError) -> UInt64 {
    var bytes = UInt64(type.byteCount)
    // Without its zeros: a product that overflows is refused even when a zero would end it.
    for dimension in shape where dimension > 0 {
      guard dimension <= SafetensorsLimits.dimension else {
        throw .limitExceeded(
          field: "a dimension of \(tensor)", value: dimension, limit: SafetensorsLimits.dimension)
      }
      let (product, overflow) = bytes.multipliedReportingOverflow(by: dimension)
      guard !overflow, product <= UInt64(Int64.max) else { throw .sizeOverflow(tensor: tensor) }
      bytes = product
    }
    return shape.contains(0) ? 0 : bytes
  }
}
