/// Builds one line of JSON, field by field. Small enough to be used for each log line.
struct JSONLine {
  private(set) var text = "{"

  mutating func add(_ key: String, _ value: String) {
    begin(key)
    Self.quote(value, into: &text)
  }

  mutating func add(_ key: String, _ value: Int) {
    begin(key)
    text += "\(value)"
  }

  /// A value that is JSON already.
  mutating func add(_ key: String, json: String) {
    begin(key)
    text += json
  }

  consuming func finished() -> String { text + "}" }

  private mutating func begin(_ key: String) {
    if text.utf8.count > 1 { text += "," }
    Self.quote(key, into: &text)
    text += ":"
  }

  static func quote(_ value: String, into out: inout String) {
    let digits = Array("0123456789abcdef")
    out += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\r": out += "\\r"
      case "\t": out += "\\t"
      case "\u{0}"..."\u{1F}", "\u{7F}":
        out += "\\u00\(digits[Int(scalar.value >> 4)])\(digits[Int(scalar.value & 15)])"
      default: out.unicodeScalars.append(scalar)
      }
    }
    out += "\""
  }

  static func quoted(_ value: String) -> String {
    var out = ""
    quote(value, into: &out)
    return out
  }
}
