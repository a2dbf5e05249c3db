import COpenSSL

/// The few DER forms of which a timestamp token's frame is made (X.690): what libcrypto would encode as it was read,
/// this writes as it must be.
enum DERWriter {
  static let sequence: UInt8 = 0x30
  static let set: UInt8 = 0x31
  static let null: [UInt8] = [0x05, 0x00]

  /// Tag, shortest length, contents.
  static func element(_ tag: UInt8, _ contents: [UInt8]...) -> [UInt8] {
    let contents = contents.flatMap { $0 }
    guard contents.count >= 0x80 else { return [tag, UInt8(contents.count)] + contents }
    var length: [UInt8] = []
    var left = contents.count
    while left > 0 {
      length.insert(UInt8(left & 0xff), at: 0)
      left >>= 8
    }
    return [tag, 0x80 | UInt8(length.count)] + length + contents
  }

  /// A small non-negative integer.
  static func integer(_ value: UInt8) -> [UInt8] { element(0x02, [value]) }

  static func octets(_ bytes: [UInt8]) -> [UInt8] { element(0x04, bytes) }

  /// Context tag of a constructed value.
  static func context(_ number: UInt8, _ contents: [UInt8]) -> [UInt8] { element(0xa0 | number, contents) }

  static func object(_ nid: Int32) throws(TimestampError) -> [UInt8] {
    guard let object = OBJ_nid2obj(nid) else { throw .library("OBJ_nid2obj") }
    return try encoded { i2d_ASN1_OBJECT(object, $0) }
  }

  /// What one of libcrypto's `i2d` functions writes.
  static func encoded(
    _ write: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?) -> Int32
  ) throws(TimestampError) -> [UInt8] {
    let count = write(nil)
    guard count > 0 else { throw .library("an encoder") }
    var bytes = [UInt8](repeating: 0, count: Int(count))
    let written = bytes.withUnsafeMutableBufferPointer { buffer in
      var cursor = buffer.baseAddress
      return write(&cursor)
    }
    guard written == count else { throw .library("an encoder") }
    return bytes
  }
}
