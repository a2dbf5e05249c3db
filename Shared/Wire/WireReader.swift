/// Walks the protobuf encoding: <https://protobuf.dev/programming-guides/encoding/>.
struct WireReader {
  private let bytes: UnsafeRawBufferPointer
  private var at = 0

  init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  var isAtEnd: Bool { at == bytes.count }

  /// The number of a field, 1 to 2^29 - 1, and its wire type, 0 to 7.
  mutating func key() throws(WireError) -> (number: UInt32, kind: UInt8) {
    let key = try varint()
    guard let number = UInt32(exactly: key >> 3), number > 0, number < 1 << 29 else { throw .malformed }
    return (number, UInt8(key & 7))
  }

  mutating func varint() throws(WireError) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard at < bytes.count else { throw .truncated }
      let byte = bytes[at]
      at += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw .malformed
  }

  mutating func skip(_ count: Int) throws(WireError) {
    guard count <= bytes.count - at else { throw .truncated }
    at += count
  }

  /// The body of a length-delimited field.
  mutating func delimited() throws(WireError) -> UnsafeRawBufferPointer {
    let length = try varint()
    guard length <= UInt64(bytes.count - at) else { throw .truncated }
    defer { at += Int(length) }
    return UnsafeRawBufferPointer(rebasing: bytes[at..<at + Int(length)])
  }
}
