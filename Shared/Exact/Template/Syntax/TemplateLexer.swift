/// Cuts a template into tokens as Jinja 3 does with `trim_blocks` and `lstrip_blocks` set, its default delimiters, and
/// without the newline at the end of the source.
struct TemplateLexer {
  let source: [UInt8]
  var offset = 0
  var line = 1
  private(set) var tokens: [TemplateToken] = []
  private let limit: Int

  /// - Throws: `syntax`, `unsupported`, `limit` (more than `limit` tokens).
  static func tokens(of text: String, limit: Int) throws(TemplateError) -> [TemplateToken] {
    var lexer = TemplateLexer(normalized(text), limit: limit)
    try lexer.run()
    return lexer.tokens
  }

  private init(_ source: [UInt8], limit: Int) {
    self.source = source
    self.limit = limit
  }

  /// Every line end as one newline; the last one goes.
  private static func normalized(_ text: String) -> [UInt8] {
    var out: [UInt8] = []
    var previous: UInt8 = 0
    for byte in text.utf8 {
      if byte == UInt8(ascii: "\r") {
        out.append(UInt8(ascii: "\n"))
      } else if byte != UInt8(ascii: "\n") || previous != UInt8(ascii: "\r") {
        out.append(byte)
      }
      previous = byte
    }
    if out.last == UInt8(ascii: "\n") { out.removeLast() }
    return out
  }

  private mutating func run() throws(TemplateError) {
    // Whether what follows begins a line, the newline before it consumed.
    var startsLine = true
    while offset < source.count {
      let start = offset
      var tag = offset
      while tag < source.count, !opensTag(tag) { tag += 1 }
      guard tag < source.count else {
        try emitText(start..<source.count)
        break
      }
      let kind = source[tag + 1]
      let sign = tag + 2 < source.count ? source[tag + 2] : 0
      try emitText(start..<textEnd(start, tag, kind, sign, startsLine))
      advance(to: tag + 2 + (sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") ? 1 : 0))
      switch kind {
      case UInt8(ascii: "#"): try skipComment()
      case UInt8(ascii: "%"): try tagTokens(.blockBegin, .blockEnd, closing: UInt8(ascii: "%"))
      default: try tagTokens(.outputBegin, .outputEnd, closing: UInt8(ascii: "}"))
      }
      startsLine = source[offset - 1] == UInt8(ascii: "\n")
    }
    try emit(.end)
  }

  private func opensTag(_ at: Int) -> Bool {
    source[at] == UInt8(ascii: "{") && at + 1 < source.count
      && [UInt8(ascii: "{"), UInt8(ascii: "%"), UInt8(ascii: "#")].contains(source[at + 1])
  }

  /// Where the text before a tag ends: `-` strips all white space; without a sign a block or comment that has only
  /// white space before it on its line strips that (`lstrip_blocks`).
  private func textEnd(_ start: Int, _ tag: Int, _ kind: UInt8, _ sign: UInt8, _ startsLine: Bool) -> Int {
    let text = TemplateText(String(decoding: source[start..<tag], as: UTF8.self), .template)
    if sign == UInt8(ascii: "-") { return start + text.stripped(.right).bytes.count }
    guard sign != UInt8(ascii: "+"), kind != UInt8(ascii: "{") else { return tag }
    let lineStart = source[start..<tag].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 }
    guard lineStart != nil || startsLine else { return tag }
    let lead = lineStart ?? start
    return text.slice((lead - start)..<text.bytes.count).stripped(.left).isEmpty ? lead : tag
  }

  private mutating func emitText(_ range: Range<Int>) throws(TemplateError) {
    if !range.isEmpty { try emit(.text(Array(source[range]))) }
    advance(to: range.upperBound)
  }

  mutating func emit(_ kind: TemplateToken.Kind) throws(TemplateError) {
    guard tokens.count < limit else { throw .limit("the number of the template's tokens", limit) }
    tokens.append(TemplateToken(kind: kind, line: line))
  }

  /// Moves on, counting lines. Stripped text is counted with the tag that follows it.
  mutating func advance(to end: Int) {
    for byte in source[min(offset, end)..<end] where byte == UInt8(ascii: "\n") { line += 1 }
    offset = end
  }

  mutating func skipSpace() {
    var end = offset
    while end < source.count {
      var length = 1
      while end + length < source.count, source[end + length] & 0xc0 == 0x80 { length += 1 }
      let scalar = String(decoding: source[end..<(end + length)], as: UTF8.self).unicodeScalars.first
      guard scalar?.isPythonSpace == true else { break }
      end += length
    }
    advance(to: end)
  }

  func matches(_ text: StaticString, at place: Int) -> Bool {
    guard place + text.utf8CodeUnitCount <= source.count else { return false }
    return (0..<text.utf8CodeUnitCount).allSatisfy { source[place + $0] == text.utf8Start[$0] }
  }

  private mutating func skipComment() throws(TemplateError) {
    let first = line
    var at = offset
    while at < source.count, !matches("#}", at: at) { at += 1 }
    guard at < source.count else { throw .syntax(line: first, "a comment without its end '#}'") }
    // The sign belongs to the end only if it lies within the comment.
    let sign = at > offset ? source[at - 1] : 0
    advance(to: at + 2)
    closed(sign)
  }

  /// What follows a closed block or comment: `-` eats all white space, nothing eats one newline (`trim_blocks`).
  private mutating func closed(_ sign: UInt8) {
    if sign == UInt8(ascii: "-") {
      skipSpace()
    } else if sign != UInt8(ascii: "+"), offset < source.count, source[offset] == UInt8(ascii: "\n") {
      advance(to: offset + 1)
    }
  }

  private mutating func tagTokens(
    _ begin: TemplateToken.Kind, _ end: TemplateToken.Kind, closing: UInt8
  ) throws(TemplateError) {
    try emit(begin)
    let first = line
    // Brackets that are open: a tag cannot end within them.
    var open: [UInt8] = []
    while true {
      guard offset < source.count else { throw .syntax(line: first, "a tag without its end") }
      if open.isEmpty {
        for (sign, length) in [(UInt8(0), 0), (UInt8(ascii: "-"), 1), (UInt8(ascii: "+"), 1)] {
          guard length == 0 || source[offset] == sign, !(sign == UInt8(ascii: "+") && closing == UInt8(ascii: "}")),
            offset + length + 1 < source.count, source[offset + length] == closing,
            source[offset + length + 1] == UInt8(ascii: "}")
          else { continue }
          try emit(end)
          advance(to: offset + length + 2)
          // An output's end eats nothing unless it is signed.
          if closing == UInt8(ascii: "%") || sign != 0 { closed(sign) }
          return
        }
      }
      try expressionToken(&open)
    }
  }
}
