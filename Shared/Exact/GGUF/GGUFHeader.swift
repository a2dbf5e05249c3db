/// The parsed front of a GGUF v3 file: metadata and the table of tensors. Pure function of the bytes.
struct GGUFHeader {
  var metadata: [String: GGUFValue] = [:]
  var tensors: [GGUFTensorInfo] = []
  private var arrayElements: UInt64 = 0

  init(parsing bytes: UnsafeRawBufferPointer) throws(GGUFError) {
    var cursor = GGUFCursor(bytes)
    let magic: UInt32 = try cursor.integer("the magic number")
    guard magic == 0x4655_4747 else { throw .badMagic(magic) }
    let version: UInt32 = try cursor.integer("the version")
    guard version == 3 else { throw .unsupportedVersion(version) }
    let tensorCount = try cursor.count("the number of tensors", limit: GGUFLimits.tensors)
    let pairCount = try cursor.count("the number of metadata pairs", limit: GGUFLimits.metadataPairs)
    for index in 0..<pairCount { try readPair(index, &cursor) }
    try readTensors(tensorCount, &cursor)
  }

  // MARK: Metadata

  private mutating func readPair(_ index: Int, _ cursor: inout GGUFCursor) throws(GGUFError) {
    let key = try cursor.string("metadata key \(index)", limit: GGUFLimits.keyBytes)
    guard !key.isEmpty else { throw .emptyName(field: "metadata key \(index)") }
    let type: UInt32 = try cursor.integer("the type of \(key)")
    let value = try readValue(type, key: key, nesting: 0, &cursor)
    guard metadata.updateValue(value, forKey: key) == nil else { throw .duplicateKey(key) }
  }

  private mutating func readValue(
    _ type: UInt32, key: String, nesting: UInt64, _ cursor: inout GGUFCursor
  ) throws(GGUFError) -> GGUFValue {
    switch type {
    case 0: return .uint8(try cursor.integer("the value of \(key)"))
    case 1: return .int8(try cursor.integer("the value of \(key)"))
    case 2: return .uint16(try cursor.integer("the value of \(key)"))
    case 3: return .int16(try cursor.integer("the value of \(key)"))
    case 4: return .uint32(try cursor.integer("the value of \(key)"))
    case 5: return .int32(try cursor.integer("the value of \(key)"))
    case 6: return .float32(Float(bitPattern: try cursor.integer("the value of \(key)")))
    case 7:
      let byte: UInt8 = try cursor.integer("the value of \(key)")
      guard byte <= 1 else { throw .badBoolean(key: key, value: byte) }
      return .bool(byte == 1)
    case 8: return .string(try cursor.string("the value of \(key)", limit: GGUFLimits.stringBytes))
    case 9: return .array(try readArray(key: key, nesting: nesting + 1, &cursor))
    case 10: return .uint64(try cursor.integer("the value of \(key)"))
    case 11: return .int64(try cursor.integer("the value of \(key)"))
    case 12: return .float64(Double(bitPattern: try cursor.integer("the value of \(key)")))
    default: throw .unknownValueType(key: key, type: type)
    }
  }

  /// Fewest bytes that one element of a type takes in the file.
  private static let smallestElement: [UInt32: Int] = [
    0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 8: 8, 9: 12, 10: 8, 11: 8, 12: 8,
  ]

  private mutating func readArray(
    key: String, nesting: UInt64, _ cursor: inout GGUFCursor
  ) throws(GGUFError) -> [GGUFValue] {
    guard nesting <= GGUFLimits.arrayNesting else {
      throw .limitExceeded(field: "the nesting of arrays in \(key)", value: nesting, limit: GGUFLimits.arrayNesting)
    }
    let type: UInt32 = try cursor.integer("the element type of \(key)")
    guard let smallest = Self.smallestElement[type] else { throw .unknownValueType(key: key, type: type) }
    let count = try cursor.count("the length of array \(key)", limit: GGUFLimits.arrayElements)
    arrayElements += UInt64(count)
    guard arrayElements <= GGUFLimits.allArrayElements else {
      throw .limitExceeded(
        field: "the number of array elements, reached in \(key),", value: arrayElements,
        limit: GGUFLimits.allArrayElements)
    }
    try cursor.require(count * smallest, "array \(key)")
    switch type {
    // What large arrays are made of: one loop without a choice for each element.
    case 4: return try cursor.values(count, "array \(key)") { .uint32($0) }
    case 5: return try cursor.values(count, "array \(key)") { .int32($0) }
    case 6: return try cursor.values(count, "array \(key)") { .float32(Float(bitPattern: $0)) }
    default: break
    }
    var values: [GGUFValue] = []
    values.reserveCapacity(count)
    for _ in 0..<count { values.append(try readValue(type, key: key, nesting: nesting, &cursor)) }
    return values
  }

  // MARK: Tensors

  private mutating func readTensors(_ count: Int, _ cursor: inout GGUFCursor) throws(GGUFError) {
    let alignment = try self.alignment()
    var entries: [GGUFTensorEntry] = []
    var names: Set<String> = []
    for index in 0..<count {
      let entry = try GGUFTensorEntry(index, alignment: alignment, &cursor)
      guard names.insert(entry.name).inserted else { throw .duplicateTensor(entry.name) }
      entries.append(entry)
    }
    // The data section begins at the next multiple of the alignment; both are far below 2^62.
    let start = (UInt64(cursor.offset) + alignment - 1) / alignment * alignment
    let fileSize = UInt64(cursor.bytes.count)
    let room = fileSize > start ? fileSize - start : 0
    for entry in entries {
      guard entry.offset <= room, entry.byteCount <= room - entry.offset else {
        throw .tensorOutsideFile(
          tensor: entry.name, offset: entry.offset, bytes: entry.byteCount, fileSize: room)
      }
      tensors.append(
        GGUFTensorInfo(
          name: entry.name, type: entry.type, dimensions: entry.dimensions.map { Int($0) },
          offset: Int(start + entry.offset), byteCount: Int(entry.byteCount)))
    }
    try refuseOverlaps()
  }

  private func alignment() throws(GGUFError) -> UInt64 {
    guard let value = metadata["general.alignment"] else { return 32 }
    guard let number = value.integer, number > 0, number & (number - 1) == 0, UInt64(number) <= GGUFLimits.alignment
    else { throw .badAlignment(UInt64(bitPattern: value.integer ?? 0)) }
    return UInt64(number)
  }

  private func refuseOverlaps() throws(GGUFError) {
    let sorted = tensors.sorted { $0.offset < $1.offset }
    for (first, second) in zip(sorted, sorted.dropFirst()) where first.offset + first.byteCount > second.offset {
      throw .overlappingTensors(first.name, second.name)
    }
  }
}
