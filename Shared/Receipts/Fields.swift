internal import Codec
public import Cryptography

/// Reads one JSON object member by member and, at the end, refuses what nobody read.
struct Fields: ~Copyable {
  private let path: String
  private var members: [JSONMember]

  init(_ json: JSON, _ path: String) throws(ReceiptError) {
    guard let members = json.objectValue else { throw .field(path, why: "must be an object") }
    self.path = path
    self.members = members
  }

  private func named(_ name: String) -> String { "\(path).\(name)" }

  mutating func optional(_ name: String) -> JSON? {
    guard let at = members.firstIndex(where: { $0.name.hasSameBytes(as: name) }) else { return nil }
    return members.remove(at: at).value
  }

  func has(_ name: String) -> Bool { members.contains { $0.name.hasSameBytes(as: name) } }

  mutating func json(_ name: String) throws(ReceiptError) -> JSON {
    guard let value = optional(name) else { throw .field(named(name), why: "is missing") }
    return value
  }

  mutating func string(_ name: String) throws(ReceiptError) -> String {
    guard let value = try json(name).stringValue else { throw .field(named(name), why: "must be a string") }
    return value
  }

  mutating func optionalString(_ name: String) throws(ReceiptError) -> String? {
    guard let value = optional(name) else { return nil }
    guard let text = value.stringValue else { throw .field(named(name), why: "must be a string") }
    return text
  }

  /// A small non-negative integer.
  mutating func count(_ name: String) throws(ReceiptError) -> Int {
    guard let value = try json(name).intValue, value >= 0 else {
      throw .field(named(name), why: "must be a non-negative integer")
    }
    return Int(value)
  }

  /// A string of 1 to `max` bytes.
  mutating func name(_ name: String, max: Int = 1024) throws(ReceiptError) -> String {
    let text = try string(name)
    guard !text.isEmpty else { throw .field(named(name), why: "must not be empty") }
    guard text.utf8.count <= max else { throw .limit(name: "\(named(name)) bytes", limit: max, got: text.utf8.count) }
    return text
  }

  /// A 64-bit value, which the format writes as a decimal string.
  mutating func decimal(_ name: String) throws(ReceiptError) -> UInt64 {
    guard let value = try json(name).decimalValue else { throw .field(named(name), why: "must be a decimal string") }
    return value
  }

  mutating func digest(_ name: String) throws(ReceiptError) -> Digest32 {
    try Self.digest(try json(name), named(name))
  }

  mutating func optionalDigest(_ name: String) throws(ReceiptError) -> Digest32? {
    guard let value = optional(name) else { return nil }
    return try Self.digest(value, named(name))
  }

  mutating func array(_ name: String, max: Int) throws(ReceiptError) -> [JSON] {
    guard let values = try json(name).arrayValue else { throw .field(named(name), why: "must be an array") }
    guard values.count <= max else { throw .limit(name: named(name), limit: max, got: values.count) }
    return values
  }

  mutating func fields(_ name: String) throws(ReceiptError) -> Fields { try Fields(try json(name), named(name)) }

  consuming func end() throws(ReceiptError) {
    if let unread = members.first { throw .unknownField("\(path).\(unread.name)") }
  }

  static func digest(_ json: JSON, _ name: String) throws(ReceiptError) -> Digest32 {
    guard let text = json.stringValue, let digest = Digest32(named: text) else {
      throw .field(name, why: "must be \"sha256:\" and 64 lower-case hexadecimal digits")
    }
    return digest
  }
}

extension Digest32 {
  /// How a digest is written in a predicate and how a blob is named: `sha256:<64 hex>`.
  public var named: String { "sha256:\(hex)" }

  public init?(named text: String) {
    guard text.utf8.starts(with: "sha256:".utf8),
      let digest = try? Digest32(hex: String(decoding: text.utf8.dropFirst(7), as: UTF8.self))
    else { return nil }
    self = digest
  }
}

extension String {
  /// Equality of the UTF-8 bytes: Swift's `==` also equates different spellings of one text ("\u{212A}", Kelvin, is "K"),
  /// and what a signature covers is bytes.
  func hasSameBytes(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}

extension JSON {
  static func digest(_ digest: Digest32) -> JSON { .string(digest.named) }

  /// The object without the members whose value is nil.
  static func members(_ pairs: [(String, JSON?)]) -> JSON {
    .object(pairs.compactMap { pair in pair.1.map { JSONMember(pair.0, $0) } })
  }
}
