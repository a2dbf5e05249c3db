/// Reads a binary structure from front to back. Every length is checked against what is left before it is used.
struct ByteReader {
  private let bytes: [UInt8]
  private let what: String
  private(set) var offset = 0

  /// - `what`: the structure's name, for errors.
  init(_ bytes: [UInt8], _ what: String) {
    self.bytes = bytes
    self.what = what
  }

  var remaining: Int { bytes.count - offset }

  /// The next `count` bytes.
  mutating func take(_ count: Int, _ field: String) throws(AppraisalError) -> [UInt8] {
    guard count >= 0, count <= remaining else {
      throw .format(what, why: "\(field) needs \(count) bytes at offset \(offset), \(remaining) are left")
    }
    defer { offset += count }
    return Array(bytes[offset..<offset + count])
  }

  /// Everything that is left.
  mutating func rest() -> [UInt8] {
    defer { offset = bytes.count }
    return Array(bytes[offset...])
  }

  mutating func u8(_ field: String) throws(AppraisalError) -> Int { Int(try take(1, field)[0]) }

  mutating func u16(_ field: String) throws(AppraisalError) -> Int { Int(try little(2, field)) }

  mutating func u32(_ field: String) throws(AppraisalError) -> Int { Int(try little(4, field)) }

  mutating func u64(_ field: String) throws(AppraisalError) -> UInt64 { try little(8, field) }

  mutating func u16BigEndian(_ field: String) throws(AppraisalError) -> Int {
    try take(2, field).reduce(0) { $0 << 8 | Int($1) }
  }

  mutating func u32BigEndian(_ field: String) throws(AppraisalError) -> Int {
    try take(4, field).reduce(0) { $0 << 8 | Int($1) }
  }

  /// A field that must hold these bytes.
  mutating func expect(_ wanted: [UInt8], _ field: String) throws(AppraisalError) {
    let found = try take(wanted.count, field)
    guard found == wanted else { throw .format(what, why: "\(field) is not as its format has it") }
  }

  /// Refuses what follows the structure, except zeros where `paddingAllowed`.
  mutating func end(paddingAllowed: Bool = false) throws(AppraisalError) {
    let start = offset
    let left = rest()
    guard left.isEmpty || paddingAllowed && left.allSatisfy({ $0 == 0 }) else {
      throw .format(what, why: "\(left.count) bytes follow it at offset \(start)")
    }
  }

  private mutating func little(_ count: Int, _ field: String) throws(AppraisalError) -> UInt64 {
    try take(count, field).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
