/// SPDM 1.1 GET_MEASUREMENTS and its MEASUREMENTS response (DMTF DSP0274, sections 10.11.1 and 10.11.2), as NVIDIA's
/// devices give them: all blocks, signed with ECDSA P-384 over the request and the response. Little-endian.
struct SPDMMeasurements {
  private static let requestCount = 37
  private static let signatureCount = 96
  /// NVIDIA's fields of the opaque data that are used here.
  enum Field: Int {
    case driver = 3, vbios = 6, firmwareID = 20
  }

  /// 32 bytes that the requester chose.
  let nonce: [UInt8]
  /// Values by index, from 1.
  let blocks: [(index: Int, value: [UInt8])]
  let opaque: [Int: [UInt8]]
  let signed: [UInt8]
  /// r ‖ s.
  let signature: [UInt8]

  init(_ bytes: [UInt8]) throws(AppraisalError) {
    var reader = ByteReader(bytes, "the SPDM measurements")
    // Version 1.1, code, "sign it", "all blocks".
    try reader.expect([0x11, 0xe0, 0x01, 0xff], "the request")
    nonce = try reader.take(32, "the request's nonce")
    _ = try reader.take(1, "the slot")
    try reader.expect([0x11, 0x60], "the response")
    _ = try reader.take(2, "the response's parameters")
    let count = try reader.u8("the number of blocks")
    let length = try reader.u16("the record's length") | reader.u8("the record's length") << 16
    blocks = try Self.blocks(reader.take(length, "the record"), count)
    _ = try reader.take(32, "the response's nonce")
    opaque = try Self.opaque(reader.take(try reader.u16("the opaque data's length"), "the opaque data"))
    signed = Array(bytes[..<reader.offset])
    signature = try reader.take(Self.signatureCount, "the signature")
    // NVIDIA's tools write the report as a string of C, with its final zero.
    try reader.end(paddingAllowed: true)
  }

  /// DMTF blocks: index, specification 1, size, then kind, size and value.
  private static func blocks(_ record: [UInt8], _ count: Int) throws(AppraisalError) -> [(index: Int, value: [UInt8])] {
    var reader = ByteReader(record, "the SPDM measurement record")
    var found: [(index: Int, value: [UInt8])] = []
    for _ in 0..<count {
      let index = try reader.u8("an index")
      guard index > (found.last?.index ?? 0) else {
        throw .format("the SPDM measurement record", why: "its blocks are not in the order of their indices")
      }
      try reader.expect([1], "a block's specification (DMTF)")
      let size = try reader.u16("a block's size")
      var block = ByteReader(try reader.take(size, "a block"), "an SPDM measurement block")
      _ = try block.u8("a value's kind")
      found.append((index, try block.take(try block.u16("a value's size"), "a value")))
      try block.end()
    }
    try reader.end()
    return found
  }

  /// Type and size of 16 bits, then the value.
  private static func opaque(_ bytes: [UInt8]) throws(AppraisalError) -> [Int: [UInt8]] {
    var reader = ByteReader(bytes, "the SPDM opaque data")
    var found: [Int: [UInt8]] = [:]
    while reader.remaining > 0 {
      let type = try reader.u16("a field's type")
      let value = try reader.take(try reader.u16("a field's size"), "a field")
      guard found.updateValue(value, forKey: type) == nil else {
        throw .format("the SPDM opaque data", why: "field \(type) is there twice")
      }
    }
    return found
  }

  subscript(field: Field) -> [UInt8]? { opaque[field.rawValue] }
}
