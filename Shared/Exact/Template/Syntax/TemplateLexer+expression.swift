extension TemplateLexer {
  /// Reads one token within a tag, or skips white space.
  mutating func expressionToken(_ open: inout [UInt8]) throws(TemplateError) {
    let byte = source[offset]
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"):
      var end = offset
      while end < source.count, isWord(source[end]) { end += 1 }
      try emit(.name(String(decoding: source[offset..<end], as: UTF8.self)))
      advance(to: end)
    case UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
    case UInt8(ascii: "'"), UInt8(ascii: "\""): try string(quote: byte)
    default:
      let before = offset
      skipSpace()
      if offset == before { try symbol(&open) }
    }
  }

  private func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }

  private mutating func symbol(_ open: inout [UInt8]) throws(TemplateError) {
    let found = TemplateToken.Symbol.allCases.first { symbol in
      offset + symbol.rawValue.utf8.count <= source.count && source[offset...].starts(with: symbol.rawValue.utf8)
    }
    guard let found else {
      let scalar = String(decoding: source[offset...].prefix(4), as: UTF8.self).unicodeScalars.first ?? "?"
      throw .syntax(line: line, "an unexpected character '\(scalar)'")
    }
    switch found {
    case .openBrace, .openParenthesis, .openBracket: open.append(source[offset])
    case .closeBrace, .closeParenthesis, .closeBracket:
      let wanted: UInt8 =
        found == .closeBrace
        ? UInt8(ascii: "{") : found == .closeParenthesis ? UInt8(ascii: "(") : UInt8(ascii: "[")
      guard open.popLast() == wanted else { throw .syntax(line: line, "an unexpected '\(found.rawValue)'") }
    default: break
    }
    try emit(.symbol(found))
    advance(to: offset + found.rawValue.utf8.count)
  }

  /// Decimal integers and floats; Jinja's other spellings (0x, 1_000) are not part of the subset.
  private mutating func number() throws(TemplateError) {
    var end = digits(offset)
    var isFloat = false
    // A dot without digits after it is an attribute, and so is a number that follows a dot.
    if end + 1 < source.count, source[end] == UInt8(ascii: "."), digits(end + 1) > end + 1,
      offset == 0 || source[offset - 1] != UInt8(ascii: ".")
    {
      end = digits(end + 1)
      isFloat = true
    }
    if end < source.count, source[end] | 0x20 == UInt8(ascii: "e") {
      let sign = end + 1 < source.count && [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(source[end + 1]) ? 1 : 0
      if digits(end + 1 + sign) > end + 1 + sign {
        end = digits(end + 1 + sign)
        isFloat = true
      }
    }
    let text = String(decoding: source[offset..<end], as: UTF8.self)
    guard end == source.count || !isWord(source[end]), text.utf8.count == 1 || isFloat || text.first != "0" else {
      throw .unsupported("the number beginning \(text)", line: line)
    }
    if isFloat, let value = Double(text), value.isFinite {
      try emit(.float(value))
    } else if !isFloat, let value = Int(text) {
      try emit(.integer(value))
    } else {
      throw .unsupported("the number \(text.prefix(40)), which 64 bits do not hold", line: line)
    }
    advance(to: end)
  }

  private func digits(_ start: Int) -> Int {
    var end = start
    while end < source.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(source[end]) { end += 1 }
    return end
  }

  /// A string with the escapes of Python; an unknown one stands for itself.
  private mutating func string(quote: UInt8) throws(TemplateError) {
    let first = line
    var out: [UInt8] = []
    var at = offset + 1
    while at < source.count, source[at] != quote {
      if source[at] == UInt8(ascii: "\\") {
        guard at + 1 < source.count else { break }
        at = try escape(at + 1, into: &out)
      } else {
        out.append(source[at])
        at += 1
      }
    }
    guard at < source.count else { throw .syntax(line: first, "a string without its closing quote") }
    try emit(.string(String(decoding: out, as: UTF8.self)))
    advance(to: at + 1)
  }

  /// Reads what follows a backslash at `start`; returns where it ends.
  private func escape(_ start: Int, into out: inout [UInt8]) throws(TemplateError) -> Int {
    let plain: [UInt8: UInt8] = [
      UInt8(ascii: "n"): 10, UInt8(ascii: "t"): 9, UInt8(ascii: "r"): 13, UInt8(ascii: "a"): 7, UInt8(ascii: "b"): 8,
      UInt8(ascii: "f"): 12, UInt8(ascii: "v"): 11, UInt8(ascii: "\\"): 92, UInt8(ascii: "'"): 39,
      UInt8(ascii: "\""): 34,
    ]
    let byte = source[start]
    if let value = plain[byte] {
      out.append(value)
      return start + 1
    }
    switch byte {
    case UInt8(ascii: "\n"): return start + 1
    case UInt8(ascii: "x"): return try code(start + 1, digits: 2, into: &out)
    case UInt8(ascii: "u"): return try code(start + 1, digits: 4, into: &out)
    case UInt8(ascii: "U"): return try code(start + 1, digits: 8, into: &out)
    case UInt8(ascii: "N"): throw .unsupported("the escape \\N", line: line)
    case UInt8(ascii: "0")...UInt8(ascii: "7"): throw .unsupported("an octal escape", line: line)
    default:
      // Only the first byte of what follows: the rest is copied as it stands.
      out += [UInt8(ascii: "\\"), byte]
      return start + 1
    }
  }

  private func code(_ start: Int, digits: Int, into out: inout [UInt8]) throws(TemplateError) -> Int {
    let text = start + digits <= source.count ? String(decoding: source[start..<(start + digits)], as: UTF8.self) : ""
    guard text.utf8.count == digits, text.utf8.allSatisfy(isHexadecimal), let value = UInt32(text, radix: 16),
      let scalar = Unicode.Scalar(value)
    else { throw .syntax(line: line, "an escape that is no character") }
    out += String(Character(scalar)).utf8
    return start + digits
  }

  private func isHexadecimal(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
      UInt8(ascii: "A")...UInt8(ascii: "F"):
      true
    default: false
    }
  }
}
