/// `tojson` as chat templates are rendered with: Python's `json.dumps`, without sorting and without HTML escapes.
struct TemplateJSONStyle: Sendable {
  static let maximumIndent = 16
  /// Spaces per level; nil writes one line.
  var indent: Int?
  var isASCII = false
}

extension TemplateWriter {
  mutating func json(_ value: TemplateValue, _ style: TemplateJSONStyle, level: Int = 0) throws(Fault) {
    switch value {
    case .none: try append("null")
    case .bool(let value): try append(value ? "true" : "false")
    case .integer(let value): try append(String(value))
    case .float(let value):
      let text = PythonFloat.representation(value)
      try append(["nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"][text] ?? text)
    case .text(let text): try json(text, style)
    case .sequence(let sequence):
      guard sequence.kind == .list || sequence.kind == .tuple else { throw .noText(value) }
      guard !sequence.items.isEmpty else { return try append("[]") }
      try append("[")
      for (at, item) in sequence.items.enumerated() {
        try separate(at, style, level + 1)
        try json(item, style, level: level + 1)
      }
      try line(style, level)
      try append("]")
    case .dictionary(let dictionary):
      guard !dictionary.entries.isEmpty else { return try append("{}") }
      try append("{")
      for (at, entry) in dictionary.entries.enumerated() {
        try separate(at, style, level + 1)
        try json(entry.key, style)
        try append(": ")
        try json(entry.value, style, level: level + 1)
      }
      try line(style, level)
      try append("}")
    case .undefined, .markup, .generator, .namespace, .loop, .macro, .function, .method: throw .noText(value)
    }
  }

  private mutating func separate(_ at: Int, _ style: TemplateJSONStyle, _ level: Int) throws(Fault) {
    if at > 0 { try append(style.indent == nil ? ", " : ",") }
    try line(style, level)
  }

  private mutating func line(_ style: TemplateJSONStyle, _ level: Int) throws(Fault) {
    if let indent = style.indent { try append("\n" + String(repeating: " ", count: indent * level)) }
  }

  private mutating func json(_ text: TemplateText, _ style: TemplateJSONStyle) throws(Fault) {
    try append(text, quote: "\"") { scalar in
      switch scalar {
      case "\"": return "\\\""
      case "\\": return "\\\\"
      case "\n": return "\\n"
      case "\r": return "\\r"
      case "\t": return "\\t"
      case "\u{8}": return "\\b"
      case "\u{c}": return "\\f"
      case "\u{0}"..."\u{1f}": return "\\u" + Hexadecimal.digits(scalar.value, width: 4)
      case "\u{7f}"..."\u{10ffff}" where style.isASCII:
        return UTF16.encode(scalar).map { $0.map { "\\u" + Hexadecimal.digits(UInt32($0), width: 4) }.joined() }
      default: return nil
      }
    }
  }
}
