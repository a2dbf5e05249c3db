extension JSON {
  /// Parses exactly one value that fills `bytes`: RFC 8259, UTF-8 without a byte order mark, and of I-JSON (RFC 7493)
  /// no duplicate names and no lone surrogates. Noncharacters are accepted: a prompt may hold any Unicode scalar.
  public init(parsing bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) {
    var parser = try JSONParser(bytes, limits: limits)
    parser.skipWhitespace()
    self = try parser.value(depth: 0)
    try parser.end()
  }
}

/// Reads values from front to back; strings are `JSONParser+string.swift`.
struct JSONParser {
  let bytes: [UInt8]
  let limits: JSONLimits
  var offset = 0
  private var valueCount = 0

  init(_ bytes: [UInt8], limits: JSONLimits) throws(JSONError) {
    guard bytes.count <= limits.byteCountMax else {
      throw .limit(name: "the number of bytes", limit: limits.byteCountMax, got: bytes.count, offset: 0)
    }
    self.bytes = bytes
    self.limits = limits
  }

  mutating func skipWhitespace() {
    while offset < bytes.count, bytes[offset] <= 0x20, [0x20, 0x0a, 0x0d, 0x09].contains(bytes[offset]) { offset += 1 }
  }

  /// Requires that only white space is left.
  mutating func end() throws(JSONError) {
    skipWhitespace()
    guard offset == bytes.count else { throw .trailingBytes(offset: offset) }
  }

  func peek() throws(JSONError) -> UInt8 {
    guard offset < bytes.count else { throw .unexpectedEnd(offset: offset) }
    return bytes[offset]
  }

  mutating func expect(_ byte: UInt8, _ wanted: String) throws(JSONError) {
    let found = try peek()
    guard found == byte else { throw .unexpectedByte(found, offset: offset, wanted: wanted) }
    offset += 1
  }

  /// Reads one value inside `depth` arrays and objects; white space before it is already skipped.
  mutating func value(depth: Int) throws(JSONError) -> JSON {
    valueCount += 1
    guard valueCount <= limits.valueCountMax else {
      throw .limit(name: "the number of values", limit: limits.valueCountMax, got: valueCount, offset: offset)
    }
    let first = try peek()
    switch first {
    case UInt8(ascii: "{"):
      var members: [JSONMember] = []
      try object(depth: depth) { (parser: inout JSONParser, name) throws(JSONError) in
        members.append(JSONMember(name, try parser.value(depth: depth + 1)))
      }
      return .object(members)
    case UInt8(ascii: "["):
      var items: [JSON] = []
      try array(depth: depth) { (parser: inout JSONParser) throws(JSONError) in
        items.append(try parser.value(depth: depth + 1))
      }
      return .array(items)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
    default: throw .unexpectedByte(first, offset: offset, wanted: "a value")
    }
  }

  /// Reads an object; `member` reads each value.
  mutating func object(
    depth: Int, member: (inout JSONParser, String) throws(JSONError) -> Void
  ) throws(JSONError) {
    try checkDepth(depth)
    try expect(UInt8(ascii: "{"), "'{'")
    skipWhitespace()
    if try peek() == UInt8(ascii: "}") {
      offset += 1
      return
    }
    var names = MemberNames()
    while true {
      let start = offset
      guard try peek() == UInt8(ascii: "\"") else {
        throw .unexpectedByte(bytes[offset], offset: offset, wanted: "a member name in quotes")
      }
      let name = try string()
      names.append(name, offset: start)
      skipWhitespace()
      try expect(UInt8(ascii: ":"), "':'")
      skipWhitespace()
      try member(&self, name)
      skipWhitespace()
      let next = try peek()
      offset += 1
      if next == UInt8(ascii: "}") { break }
      guard next == UInt8(ascii: ",") else {
        throw .unexpectedByte(next, offset: offset - 1, wanted: "',' or '}'")
      }
      skipWhitespace()
    }
    try names.refuseDuplicates()
  }

  /// Reads an array; `element` reads each value.
  mutating func array(depth: Int, element: (inout JSONParser) throws(JSONError) -> Void) throws(JSONError) {
    try checkDepth(depth)
    try expect(UInt8(ascii: "["), "'['")
    skipWhitespace()
    if try peek() == UInt8(ascii: "]") {
      offset += 1
      return
    }
    while true {
      try element(&self)
      skipWhitespace()
      let next = try peek()
      offset += 1
      if next == UInt8(ascii: "]") { return }
      guard next == UInt8(ascii: ",") else {
        throw .unexpectedByte(next, offset: offset - 1, wanted: "',' or ']'")
      }
      skipWhitespace()
    }
  }

  private func checkDepth(_ depth: Int) throws(JSONError) {
    guard depth < limits.depthMax else {
      throw .limit(name: "the nesting", limit: limits.depthMax, got: depth + 1, offset: offset)
    }
  }

  private mutating func word(_ text: StaticString, _ value: JSON) throws(JSONError) -> JSON {
    for at in 0..<text.utf8CodeUnitCount { try expect(text.utf8Start[at], "'\(text)'") }
    return value
  }

  /// `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`
  private mutating func number() throws(JSONError) -> String {
    let start = offset
    if bytes[offset] == UInt8(ascii: "-") { offset += 1 }
    let digits = offset
    try skipDigits(start)
    if bytes[digits] == UInt8(ascii: "0"), offset - digits > 1 { throw .badNumber(offset: start) }
    if offset < bytes.count, bytes[offset] == UInt8(ascii: ".") {
      offset += 1
      try skipDigits(start)
    }
    if offset < bytes.count, bytes[offset] | 0x20 == UInt8(ascii: "e") {
      offset += 1
      if offset < bytes.count, bytes[offset] == UInt8(ascii: "+") || bytes[offset] == UInt8(ascii: "-") { offset += 1 }
      try skipDigits(start)
    }
    return String(decoding: bytes[start..<offset], as: UTF8.self)
  }

  /// Skips at least one digit.
  private mutating func skipDigits(_ start: Int) throws(JSONError) {
    let first = offset
    while offset < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[offset]) { offset += 1 }
    guard offset > first else { throw .badNumber(offset: start) }
  }
}

/// The names of one object with their places, compared by bytes. Sorting keeps a hostile object with very many members
/// from costing the square of their number.
struct MemberNames {
  private var names: [(name: String, offset: Int)] = []

  mutating func append(_ name: String, offset: Int) {
    names.append((name, offset))
  }

  /// Names the later one of the first equal pair.
  mutating func refuseDuplicates() throws(JSONError) {
    guard names.count > 1 else { return }
    names.sort { a, b in
      if a.name.utf8.elementsEqual(b.name.utf8) { return a.offset < b.offset }
      return a.name.utf8.lexicographicallyPrecedes(b.name.utf8)
    }
    for at in names.indices.dropFirst() where names[at].name.hasSameBytes(as: names[at - 1].name) {
      throw .duplicateName(names[at].name, offset: names[at].offset)
    }
  }
}
