extension JSON {
  /// The exact bytes of each element of the array that is the top-level member `name`, without white space around.
  ///
  /// The whole input is checked as strictly as by `init(parsing:)`. Commitments to messages are made from these slices.
  public static func elementRanges(
    ofArrayNamed name: String, in bytes: [UInt8], limits: JSONLimits = JSONLimits()
  ) throws(JSONError) -> [Range<Int>] {
    var ranges: [Range<Int>]?
    try scan(bytes, limits) { (parser: inout JSONParser, member) throws(JSONError) in
      guard member.hasSameBytes(as: name), try parser.peek() == UInt8(ascii: "[") else {
        _ = try parser.value(depth: 1)
        return
      }
      var found: [Range<Int>] = []
      try parser.array(depth: 1) { (parser: inout JSONParser) throws(JSONError) in
        let start = parser.offset
        _ = try parser.value(depth: 2)
        found.append(start..<parser.offset)
      }
      ranges = found
    }
    guard let ranges else { throw .noMember(name, wanted: "an array") }
    return ranges
  }

  /// The exact bytes of the value of the top-level member `name`; nil when the object has none.
  public static func memberRange(
    named name: String, in bytes: [UInt8], limits: JSONLimits = JSONLimits()
  ) throws(JSONError) -> Range<Int>? {
    var range: Range<Int>?
    try scan(bytes, limits) { (parser: inout JSONParser, member) throws(JSONError) in
      let start = parser.offset
      _ = try parser.value(depth: 1)
      if member.hasSameBytes(as: name) { range = start..<parser.offset }
    }
    return range
  }

  /// The bytes of a top-level object without its last member, which must be `name`: from the comma before it (or behind
  /// the opening brace) to the end of its value. The wire commitment is made from them.
  public static func bytes(
    _ bytes: [UInt8], withoutLastMember name: String, limits: JSONLimits = JSONLimits()
  ) throws(JSONError) -> [UInt8] {
    var previousEnd: Int?
    var last: (name: String, before: Int?, end: Int)?
    try scan(bytes, limits) { (parser: inout JSONParser, member) throws(JSONError) in
      _ = try parser.value(depth: 1)
      last = (member, previousEnd, parser.offset)
      previousEnd = parser.offset
    }
    guard let last, last.name.hasSameBytes(as: name) else { throw .noMember(name, wanted: "the last one") }
    // Between two members stand a comma and white space alone; the first has only the brace before it.
    let comma = last.before.flatMap { bytes[$0...].firstIndex(of: UInt8(ascii: ",")) }
    let start = comma ?? (bytes.firstIndex(of: UInt8(ascii: "{")) ?? 0) + 1
    return Array(bytes[..<start] + bytes[last.end...])
  }

  /// Checks `bytes` as one object and calls `member` at each of its values, which it must read.
  private static func scan(
    _ bytes: [UInt8], _ limits: JSONLimits, member: (inout JSONParser, String) throws(JSONError) -> Void
  ) throws(JSONError) {
    var parser = try JSONParser(bytes, limits: limits)
    parser.skipWhitespace()
    try parser.object(depth: 0, member: member)
    try parser.end()
  }
}
