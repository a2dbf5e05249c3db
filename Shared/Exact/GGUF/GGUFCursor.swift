/// Reads little-endian fields from the start of a file, never past its end.
struct GGUFCursor {
  let bytes: UnsafeRawBufferPointer
  private(set) var offset = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  mutating func integer<T: FixedWidthInteger>(_ field: @autoclosure () -> String) throws(GGUFError) -> T {
    let size = MemoryLayout<T>.size
    guard bytes.count - offset >= size else { throw truncated(field(), UInt64(size)) }
    defer { offset += size }
    return T(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: T.self))
  }

  /// A length that is at most `limit`.
  mutating func count(_ field: @autoclosure () -> String, limit: UInt64) throws(GGUFError) -> Int {
    let value: UInt64 = try integer(field())
    guard value <= limit else { throw .limitExceeded(field: field(), value: value, limit: limit) }
    return Int(value)
  }

  mutating func string(_ field: @autoclosure () -> String, limit: UInt64) throws(GGUFError) -> String {
    let length = try count("the length of \(field())", limit: limit)
    guard bytes.count - offset >= length else { throw truncated(field(), UInt64(length)) }
    defer { offset += length }
    let text = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length])
    // A repaired string is well formed and what it was made from is not, so equal bytes mean that there was nothing to
    // repair. (`String(validating:)` takes four times as long, and a vocabulary has a quarter of a million strings.)
    var string = String(decoding: text, as: UTF8.self)
    guard string.withUTF8({ $0.elementsEqual(text) }) else { throw .invalidUTF8(field: field()) }
    return string
  }

  /// `count` integers of one size, each turned into a value.
  mutating func values<T: FixedWidthInteger>(
    _ count: Int, _ field: @autoclosure () -> String, _ value: (T) -> GGUFValue
  ) throws(GGUFError) -> [GGUFValue] {
    let size = MemoryLayout<T>.size
    // Neither factor is near 2^32.
    try require(count * size, field())
    defer { offset += count * size }
    return (0..<count).map {
      value(T(littleEndian: bytes.loadUnaligned(fromByteOffset: offset + $0 * size, as: T.self)))
    }
  }

  /// Refuses an array whose elements cannot fit in the rest of the file, before room is made for it.
  func require(_ needed: Int, _ field: @autoclosure () -> String) throws(GGUFError) {
    guard bytes.count - offset >= needed else { throw truncated(field(), UInt64(needed)) }
  }

  private func truncated(_ field: String, _ needed: UInt64) -> GGUFError {
    .truncated(field: field, offset: UInt64(offset), needed: needed, fileSize: UInt64(bytes.count))
  }
}
