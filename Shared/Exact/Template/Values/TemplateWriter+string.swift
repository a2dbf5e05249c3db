// `str` and `repr` of Python.

extension TemplateWriter {
  /// `str(value)`: what writing the value gives.
  mutating func string(_ value: TemplateValue) throws(Fault) {
    switch value {
    case .undefined: break
    case .text(let text), .markup(let text): try append(text)
    default: try representation(value)
    }
  }

  /// `repr(value)`.
  mutating func representation(_ value: TemplateValue) throws(Fault) {
    switch value {
    case .undefined: try append("Undefined")
    case .none: try append("None")
    case .bool(let value): try append(value ? "True" : "False")
    case .integer(let value): try append(String(value))
    case .float(let value): try append(PythonFloat.representation(value))
    case .text(let text): try representation(text)
    case .sequence(let sequence):
      guard sequence.kind == .list || sequence.kind == .tuple else { throw .noText(value) }
      try append(sequence.kind == .list ? "[" : "(")
      for (at, item) in sequence.items.enumerated() {
        if at > 0 { try append(", ") }
        try representation(item)
      }
      if sequence.kind == .tuple, sequence.items.count == 1 { try append(",") }
      try append(sequence.kind == .list ? "]" : ")")
    case .dictionary(let dictionary):
      try append("{")
      for (at, entry) in dictionary.entries.enumerated() {
        if at > 0 { try append(", ") }
        try representation(entry.key)
        try append(": ")
        try representation(entry.value)
      }
      try append("}")
    case .markup, .generator, .namespace, .loop, .macro, .function, .method: throw .noText(value)
    }
  }

  /// `repr` of a string: in single quotes unless it holds only single ones; what cannot be printed is escaped.
  private mutating func representation(_ text: TemplateText) throws(Fault) {
    let hasOnlySingle = text.bytes.contains(UInt8(ascii: "'")) && !text.bytes.contains(UInt8(ascii: "\""))
    let quote: Unicode.Scalar = hasOnlySingle ? "\"" : "'"
    try append(text, quote: String(Character(quote))) { scalar in
      switch scalar {
      case "\n": return "\\n"
      case "\r": return "\\r"
      case "\t": return "\\t"
      case quote, "\\": return "\\\(scalar)"
      default: break
      }
      guard !scalar.isPrintable else { return nil }
      if scalar.value < 0x100 { return "\\x" + Hexadecimal.digits(scalar.value, width: 2) }
      if scalar.value < 0x10000 { return "\\u" + Hexadecimal.digits(scalar.value, width: 4) }
      return "\\U" + Hexadecimal.digits(scalar.value, width: 8)
    }
  }
}

extension Unicode.Scalar {
  /// `str.isprintable` of one character.
  fileprivate var isPrintable: Bool {
    switch properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
    case .spaceSeparator: self == " "
    default: true
    }
  }
}
