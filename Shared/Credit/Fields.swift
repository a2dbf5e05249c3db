import Codec

/// Reads the members of one JSON object strictly: what is not expected is refused, because a member that a reader skips
/// could change who is paid. `path` is where the object stands, for messages.
struct Fields {
  let path: String
  private let json: JSON

  init(_ json: JSON, _ path: String, _ allowed: Set<String>) throws(CreditError) {
    guard let members = json.objectValue else { throw .json(path: path, wanted: "an object") }
    var unseen = allowed
    for member in members where unseen.remove(member.name) == nil {
      throw .unknownMember(path: path, member.name)
    }
    self.path = path
    self.json = json
  }

  func at(_ name: String) -> String { "\(path).\(name)" }

  func text(_ name: String) throws(CreditError) -> String {
    guard let text = json[name]?.stringValue else { throw .json(path: at(name), wanted: "a string") }
    return text
  }

  func has(_ name: String) -> Bool { json[name] != nil }

  /// A text that may be absent.
  func optionalText(_ name: String) throws(CreditError) -> String? {
    json[name] == nil ? nil : try text(name)
  }

  /// An id; `what` it names is for messages.
  func id(_ name: String, _ what: String) throws(CreditError) -> String {
    let id = try text(name)
    try CreditID.check(id, what)
    return id
  }

  /// A small integer in its one spelling. Its range is checked where its meaning is known.
  func integer(_ name: String) throws(CreditError) -> Int {
    guard let value = json[name], let number = value.intValue, value.numberLiteral == String(number) else {
      throw .json(path: at(name), wanted: "an integer")
    }
    return Int(number)
  }

  /// An integer of 64 bits as a decimal string.
  func decimal(_ name: String) throws(CreditError) -> UInt64 {
    guard let value = json[name]?.decimalValue else {
      throw .json(path: at(name), wanted: "a decimal string of an integer below 2^64")
    }
    return value
  }

  func choice<Choice: RawRepresentable & CaseIterable>(_ name: String) throws(CreditError) -> Choice
  where Choice.RawValue == String {
    guard let choice = Choice(rawValue: try text(name)) else {
      throw .json(path: at(name), wanted: "one of " + Choice.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return choice
  }

  func array(_ name: String, limit: Int) throws(CreditError) -> [JSON] {
    guard let value = json[name] else { throw .json(path: at(name), wanted: "an array") }
    return try Self.array(value, at(name), limit: limit)
  }

  static func array(_ json: JSON, _ path: String, limit: Int) throws(CreditError) -> [JSON] {
    guard let items = json.arrayValue else { throw .json(path: path, wanted: "an array") }
    guard items.count <= limit else { throw .tooMany(what: "items of \(path)", count: items.count, limit: limit) }
    return items
  }
}
