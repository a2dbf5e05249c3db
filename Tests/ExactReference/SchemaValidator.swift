import Codec
import Foundation

/// A validator of the part of JSON Schema (draft 2020-12) that grammars support. It shares no code with the compiler: it
/// looks at values and schemas as they are.
struct SchemaValidator {
  let root: JSON

  /// What is wrong with `value`; empty if nothing.
  func faults(_ value: JSON, _ schema: JSON? = nil, at place: String = "$") -> [String] {
    let schema = schema ?? root
    switch schema {
    case .bool(true): return []
    case .bool(false): return ["\(place): nothing is allowed"]
    default: break
    }
    var out: [String] = []
    func require(_ condition: Bool, _ keyword: String) {
      if !condition { out.append("\(place): \(keyword) of \(schema.text.prefix(200)) by \(value.text.prefix(200))") }
    }
    for member in schema.objectValue ?? [] {
      let rule = member.value
      switch member.name {
      case "type":
        let names = rule.arrayValue?.compactMap(\.stringValue) ?? [rule.stringValue ?? ""]
        require(names.contains { Self.isOf(value, $0) }, "type")
      case "enum": require(rule.arrayValue?.contains { Self.same($0, value) } ?? false, "enum")
      case "const": require(Self.same(rule, value), "const")
      case "anyOf": require(rule.arrayValue?.contains { faults(value, $0).isEmpty } ?? false, "anyOf")
      case "oneOf": require(rule.arrayValue?.filter { faults(value, $0).isEmpty }.count == 1, "oneOf")
      case "allOf": for part in rule.arrayValue ?? [] { out += faults(value, part, at: place) }
      case "$ref": out += faults(value, target(rule.stringValue ?? ""), at: place)
      default: break
      }
    }
    switch value {
    case .string(let text): out += string(text, schema, place)
    case .number(let literal): out += number(literal, schema, place)
    case .array(let items): out += array(items, schema, place)
    case .object(let members): out += object(members, schema, place)
    default: break
    }
    return out
  }

  private func string(_ text: String, _ schema: JSON, _ place: String) -> [String] {
    var out: [String] = []
    let count = Double(text.unicodeScalars.count)
    if let low = Self.double(schema["minLength"]), count < low { out.append("\(place): minLength") }
    if let high = Self.double(schema["maxLength"]), count > high { out.append("\(place): maxLength") }
    if let pattern = schema["pattern"]?.stringValue {
      let whole = NSRange(text.startIndex..., in: text)
      let found = (try? NSRegularExpression(pattern: pattern))?.firstMatch(in: text, range: whole)
      if found == nil { out.append("\(place): pattern \(pattern) by \(text)") }
    }
    if let format = schema["format"]?.stringValue, !FormatCheck.holds(format, text) {
      out.append("\(place): format \(format) by \(text)")
    }
    return out
  }

  private func number(_ literal: String, _ schema: JSON, _ place: String) -> [String] {
    var out: [String] = []
    let value = Double(literal) ?? .nan
    if let low = Self.double(schema["minimum"]), !(value >= low) { out.append("\(place): minimum by \(literal)") }
    if let high = Self.double(schema["maximum"]), !(value <= high) { out.append("\(place): maximum by \(literal)") }
    if let low = Self.double(schema["exclusiveMinimum"]), !(value > low) { out.append("\(place): exclusiveMinimum") }
    if let high = Self.double(schema["exclusiveMaximum"]), !(value < high) { out.append("\(place): exclusiveMaximum") }
    if let divisor = Self.double(schema["multipleOf"]), value.remainder(dividingBy: divisor) != 0 {
      out.append("\(place): multipleOf by \(literal)")
    }
    return out
  }

  private func array(_ items: [JSON], _ schema: JSON, _ place: String) -> [String] {
    var out: [String] = []
    let prefix = schema["prefixItems"]?.arrayValue ?? []
    if let low = Self.double(schema["minItems"]), Double(items.count) < low { out.append("\(place): minItems") }
    if let high = Self.double(schema["maxItems"]), Double(items.count) > high { out.append("\(place): maxItems") }
    for (index, item) in items.enumerated() {
      let rule = index < prefix.count ? prefix[index] : schema["items"]
      if let rule { out += faults(item, rule, at: "\(place)[\(index)]") }
    }
    return out
  }

  private func object(_ members: [JSONMember], _ schema: JSON, _ place: String) -> [String] {
    var out: [String] = []
    for name in schema["required"]?.arrayValue ?? [] where !members.contains(where: { .string($0.name) == name }) {
      out.append("\(place): required \(name.text)")
    }
    for member in members {
      let rule = schema["properties"]?[member.name] ?? schema["additionalProperties"]
      if let rule { out += faults(member.value, rule, at: "\(place).\(member.name)") }
    }
    return out
  }

  private func target(_ reference: String) -> JSON {
    var at = root
    for part in reference.dropFirst().split(separator: "/") { at = at[String(part)] ?? .bool(false) }
    return at
  }

  private static func double(_ value: JSON?) -> Double? { value?.numberLiteral.flatMap { Double($0) } }

  private static func isOf(_ value: JSON, _ type: String) -> Bool {
    switch (value, type) {
    case (.null, "null"), (.bool, "boolean"), (.string, "string"), (.array, "array"), (.object, "object"),
      (.number, "number"):
      true
    case (.number(let literal), "integer"): Double(literal).map { $0 == $0.rounded() } ?? false
    default: false
    }
  }

  private static func same(_ a: JSON, _ b: JSON) -> Bool {
    if let x = double(a), let y = double(b) { return x == y }
    return a == b
  }
}

/// Formats, read by hand.
enum FormatCheck {
  static func holds(_ format: String, _ text: String) -> Bool {
    switch format {
    case "date": isDate(text)
    case "time": isTime(text)
    case "date-time":
      text.split(separator: "T").count == 2 && isDate(String(text.prefix(10))) && isTime(String(text.dropFirst(11)))
    case "uuid": UUID(uuidString: text) != nil
    case "ipv4": octets(text).count == 4 && octets(text).allSatisfy { $0 <= 255 }
    case "ipv6":
      text.split(separator: ":", omittingEmptySubsequences: false).map { UInt16($0, radix: 16) }.count == 8
        && text.split(separator: ":").allSatisfy { UInt16($0, radix: 16) != nil }
    case "email": text.split(separator: "@").count == 2 && isHost(String(text.split(separator: "@")[1]))
    case "hostname": isHost(text)
    case "uri": URL(string: text)?.host.map(isHost) ?? false
    case "duration": text.first == "P" && text.count > 2 && text.last?.isLetter == true
    default: false
    }
  }

  private static func octets(_ text: String) -> [Int] { text.split(separator: ".").compactMap { Int($0) } }

  private static func isHost(_ text: String) -> Bool {
    text.utf8.count <= 253
      && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy {
        1...63 ~= $0.count && $0.first != "-" && $0.last != "-"
          && $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
      }
  }

  private static func isDate(_ text: String) -> Bool {
    let parts = text.split(separator: "-").compactMap { Int($0) }
    guard text.utf8.count == 10, parts.count == 3, 1...12 ~= parts[1] else { return false }
    let isLeap = parts[0] % 4 == 0 && (parts[0] % 100 != 0 || parts[0] % 400 == 0)
    let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return 1...days[parts[1] - 1] ~= parts[2]
  }

  private static func isTime(_ text: String) -> Bool {
    guard text.utf8.count >= 9, text.last == "Z" || text.contains("+") || text.contains("-") else { return false }
    let parts = text.prefix(8).split(separator: ":").compactMap { Int($0) }
    return parts.count == 3 && parts[0] < 24 && parts[1] < 60 && parts[2] < 60
  }
}
