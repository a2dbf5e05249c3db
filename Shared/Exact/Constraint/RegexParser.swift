/// Reads a pattern; what describes no regular language, or is not sure to mean the same elsewhere, is refused by name.
struct RegexParser {
  private let scalars: [Unicode.Scalar]
  private let pointer: String
  private var at = 0
  private var depth = 0

  static func parse(_ pattern: String, pointer: String) throws(GrammarError) -> Regex {
    guard pattern.utf8.count <= GrammarLimits.patternBytes else {
      throw .limit(
        name: "the number of bytes of 'pattern'", limit: GrammarLimits.patternBytes, got: pattern.utf8.count,
        pointer: pointer)
    }
    var parser = RegexParser(scalars: Array(pattern.unicodeScalars), pointer: pointer)
    let regex = try parser.choice()
    if parser.at < parser.scalars.count { throw parser.invalid("a regular expression; ')' has no '('") }
    return try regex.anchored(pointer)
  }

  private init(scalars: [Unicode.Scalar], pointer: String) {
    self.scalars = scalars
    self.pointer = pointer
  }

  private func invalid(_ expected: String) -> GrammarError {
    .invalid(keyword: "pattern", pointer: pointer, expected: expected)
  }

  private func unsupported(_ what: String) -> GrammarError {
    .unsupported(keyword: "pattern", pointer: pointer, reason: "it has \(what)")
  }

  private var next: Unicode.Scalar? { at < scalars.count ? scalars[at] : nil }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard next == scalar else { return false }
    at += 1
    return true
  }

  private mutating func take() throws(GrammarError) -> Unicode.Scalar {
    guard let scalar = next else { throw invalid("a regular expression; it ends too early") }
    at += 1
    return scalar
  }

  private mutating func choice() throws(GrammarError) -> Regex {
    depth += 1
    defer { depth -= 1 }
    guard depth <= GrammarLimits.schemaDepth else {
      throw .limit(
        name: "the nesting of 'pattern'", limit: GrammarLimits.schemaDepth, got: depth, pointer: pointer)
    }
    var choices = [try sequence()]
    while take("|") { choices.append(try sequence()) }
    return choices.count == 1 ? choices[0] : .choice(choices)
  }

  private mutating func sequence() throws(GrammarError) -> Regex {
    var parts: [Regex] = []
    while let scalar = next, scalar != "|", scalar != ")" {
      let atom = try atom()
      parts.append(try quantified(atom))
    }
    return .sequence(parts)
  }

  private mutating func atom() throws(GrammarError) -> Regex {
    let scalar = try take()
    switch scalar {
    case "^": return .lineStart
    case "$": return .lineEnd
    case ".": return .set(.printable.subtracting(CodePointSet([0x2028...0x2029])))
    case "[": return .set(try bracket())
    case "(":
      if take("?"), !take(":") { throw unsupported("a group that begins with '(?' and is not '(?:'") }
      let inner = try choice()
      guard take(")") else { throw invalid("a regular expression; '(' has no ')'") }
      return inner
    case "\\": return .set(try escape(inBracket: false))
    case "*", "+", "?", "{": throw invalid("a regular expression; '\(scalar)' follows nothing that it could repeat")
    case "]", "}": throw invalid("a regular expression; write '\\\(scalar)' for the character")
    default: return .set(CodePointSet(scalar.value))
    }
  }

  private mutating func quantified(_ atom: Regex) throws(GrammarError) -> Regex {
    let low: Int
    let high: Int?
    switch next {
    case "*": (low, high) = (0, nil)
    case "+": (low, high) = (1, nil)
    case "?": (low, high) = (0, 1)
    case "{": (low, high) = try bounds()
    default: return atom
    }
    at += 1
    _ = take("?")  // Lazy and greedy match the same strings.
    if let next, "*+?{".unicodeScalars.contains(next) { throw invalid("a regular expression; a repeat is repeated") }
    if atom == .lineStart || atom == .lineEnd { throw invalid("a regular expression; '^' or '$' is repeated") }
    return .repeated(atom, low: low, high: high)
  }

  /// `{n}`, `{n,}` or `{n,m}`, up to its '}'.
  private mutating func bounds() throws(GrammarError) -> (Int, Int?) {
    at += 1
    let low = try count()
    var high: Int? = low
    if take(",") { high = next == "}" ? nil : try count() }
    guard next == "}" else { throw invalid("a regular expression; '{' begins no repeat") }
    if let high, high < low { throw invalid("a regular expression; a repeat ends before it begins") }
    return (low, high)
  }

  private mutating func count() throws(GrammarError) -> Int {
    var value = 0
    let start = at
    while let digit = next.flatMap({ (48...57).contains($0.value) ? Int($0.value) - 48 : nil }) {
      value = value * 10 + digit
      at += 1
      guard value <= GrammarLimits.patternRepeat else {
        throw .limit(
          name: "a repeat in 'pattern'", limit: GrammarLimits.patternRepeat, got: value, pointer: pointer)
      }
    }
    guard at > start else { throw invalid("a regular expression; '{' begins no repeat") }
    return value
  }

  private mutating func bracket() throws(GrammarError) -> CodePointSet {
    let excludes = take("^")
    var set = CodePointSet()
    var hasClass = false
    while !take("]") {
      let low = try bracketMember(&hasClass)
      guard next == "-", at + 1 < scalars.count, scalars[at + 1] != "]" else {
        set = set.union(low)
        continue
      }
      at += 1
      let high = try bracketMember(&hasClass)
      guard let from = low.single, let to = high.single, from <= to else {
        throw invalid("a regular expression; a range in '[...]' does not go up from one character to another")
      }
      set = set.union(CodePointSet([from...to]))
    }
    set = set.subtracting(CodePointSet([0xd800...0xdfff]))
    guard excludes else { return set }
    return (hasClass ? CodePointSet.ascii : .printable).subtracting(set)
  }

  private mutating func bracketMember(_ hasClass: inout Bool) throws(GrammarError) -> CodePointSet {
    let scalar = try take()
    guard scalar == "\\" else { return CodePointSet(scalar.value) }
    let set = try escape(inBracket: true)
    if set.single == nil { hasClass = true }
    return set
  }

  /// What follows a backslash.
  private mutating func escape(inBracket: Bool) throws(GrammarError) -> CodePointSet {
    let scalar = try take()
    switch scalar {
    case "d": return .digit
    case "w": return .word
    case "s": return .space
    case "D": return .ascii.subtracting(.digit)
    case "W": return .ascii.subtracting(.word)
    case "S": return .ascii.subtracting(.space)
    case "t": return CodePointSet(0x09)
    case "n": return CodePointSet(0x0a)
    case "v": return CodePointSet(0x0b)
    case "f": return CodePointSet(0x0c)
    case "r": return CodePointSet(0x0d)
    case "b" where inBracket: return CodePointSet(0x08)
    case "x": return CodePointSet(try hex(2))
    case "u":
      let unit = try hex(4)
      guard Unicode.Scalar(unit) != nil else { throw unsupported("half of a surrogate pair as '\\u'") }
      return CodePointSet(unit)
    case "b", "B": throw unsupported("a word boundary '\\\(scalar)'")
    case "1"..."9", "k": throw unsupported("a back reference '\\\(scalar)'")
    case "0": throw unsupported("the octal escape '\\0'")
    case "p", "P": throw unsupported("a Unicode property '\\\(scalar)'")
    case "a"..."z", "A"..."Z": throw unsupported("the escape '\\\(scalar)'")
    default: return CodePointSet(scalar.value)
    }
  }

  private mutating func hex(_ digits: Int) throws(GrammarError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<digits {
      guard let digit = Character(try take()).hexDigitValue else {
        throw invalid("a regular expression; '\\x' and '\\u' take 2 and 4 hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
    }
    return value
  }
}

extension CodePointSet {
  /// The only member.
  fileprivate var single: UInt32? {
    guard ranges.count == 1, ranges[0].count == 1 else { return nil }
    return ranges[0].lowerBound
  }
}
