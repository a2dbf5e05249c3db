/// Writes values as text, up to a limit. What a value's own characters are not (brackets, digits) counts as data: no
/// special token is made of it.
struct TemplateWriter {
  enum Fault: Error {
    /// The value has no text: an object that only has an address, or one that JSON does not know.
    case noText(TemplateValue)
    case tooLong
  }

  private(set) var out = TemplateText()
  let maximumBytes: Int

  init(maximumBytes: Int) {
    self.maximumBytes = maximumBytes
  }

  mutating func append(_ text: String) throws(Fault) {
    guard out.bytes.count + text.utf8.count <= maximumBytes else { throw .tooLong }
    out.append(text.utf8, .data)
  }

  mutating func append(_ text: TemplateText) throws(Fault) {
    guard out.bytes.count + text.bytes.count <= maximumBytes else { throw .tooLong }
    out.append(text)
  }

  /// Appends a text between quotes, with escapes in place of the scalars that have one. An escape keeps the origin of
  /// its scalar.
  mutating func append(
    _ text: TemplateText, quote: String, _ escape: (Unicode.Scalar) -> String?
  ) throws(Fault) {
    try append(quote)
    var start = 0
    for run in text.runs {
      // Unescaped stretches are copied whole.
      var plain = start
      while start < run.end {
        let end = text.scalarEnd(start)
        if let escaped = escape(text.scalar(start..<end)) {
          out.append(text.bytes[plain..<start], run.origin)
          out.append(escaped.utf8, run.origin)
          plain = end
          guard out.bytes.count <= maximumBytes else { throw .tooLong }
        }
        start = end
      }
      out.append(text.bytes[plain..<run.end], run.origin)
    }
    try append(quote)
  }
}

enum Hexadecimal {
  static func digits(_ value: UInt32, width: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }
}
