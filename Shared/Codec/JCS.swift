/// The JSON Canonicalization Scheme (RFC 8785) for the payloads of this suite, which have integers and no floats.
public enum JCS {
  /// Numbers stay below 2^53 in magnitude, where every reader agrees on them.
  static let integerLimit: Int64 = 1 << 53

  /// The canonical bytes: names sorted by UTF-16 code units, no white space, fewest escapes.
  ///
  /// A number must already be its own canonical literal; `1.0`, `1e3`, `-0`, `01` and 2^53 are refused, not converted.
  public static func encode(_ json: JSON) throws(JSONError) -> [UInt8] {
    var out: [UInt8] = []
    try append(json, to: &out, depth: 0)
    return out
  }

  /// Parses `bytes` and requires that they are canonical.
  public static func parse(_ bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) -> JSON {
    let json = try JSON(parsing: bytes, limits: limits)
    let canonical = try encode(json)
    guard canonical == bytes else {
      let same = zip(canonical, bytes).prefix { $0 == $1 }.count
      throw .notCanonical(offset: same)
    }
    return json
  }

  /// Whether `bytes` are the canonical form of some JSON.
  public static func isCanonical(_ bytes: [UInt8]) -> Bool {
    (try? parse(bytes)) != nil
  }

  private static func append(_ json: JSON, to out: inout [UInt8], depth: Int) throws(JSONError) {
    switch json {
    case .number(let literal):
      // Int64 accepts "+1", "-0" and "007", which differ from what it prints.
      guard let value = Int64(literal), literal.hasSameBytes(as: String(value)), value.magnitude < integerLimit else {
        throw .notCanonicalNumber(literal)
      }
      out += literal.utf8
    case .array(let items):
      try checkDepth(depth, out.count)
      out.append(UInt8(ascii: "["))
      for (at, item) in items.enumerated() {
        if at > 0 { out.append(UInt8(ascii: ",")) }
        try append(item, to: &out, depth: depth + 1)
      }
      out.append(UInt8(ascii: "]"))
    case .object(let members):
      try checkDepth(depth, out.count)
      try append(members, to: &out, depth: depth)
    case .null, .bool, .string: out += json.serialized()
    }
  }

  private static func append(_ members: [JSONMember], to out: inout [UInt8], depth: Int) throws(JSONError) {
    var names = MemberNames()
    for member in members { names.append(member.name, offset: out.count) }
    try names.refuseDuplicates()
    out.append(UInt8(ascii: "{"))
    let sorted = members.sorted { $0.name.utf16.lexicographicallyPrecedes($1.name.utf16) }
    for (at, member) in sorted.enumerated() {
      if at > 0 { out.append(UInt8(ascii: ",")) }
      JSONString.append(member.name, to: &out)
      out.append(UInt8(ascii: ":"))
      try append(member.value, to: &out, depth: depth + 1)
    }
    out.append(UInt8(ascii: "}"))
  }

  /// The parser's default ceiling: what is signed must be readable.
  private static func checkDepth(_ depth: Int, _ offset: Int) throws(JSONError) {
    let limit = JSONLimits().depthMax
    guard depth < limit else { throw .limit(name: "the nesting", limit: limit, got: depth + 1, offset: offset) }
  }
}
