// Expressions, from the loosest operator to the tightest (Jinja's parser, `parse_expression` and below).

extension TemplateParser {
  /// One expression, or several separated by commas as a tuple.
  mutating func tuple(
    allowsConditional: Bool = true, inParentheses: Bool = false, endsBefore words: Set<String> = []
  ) throws(TemplateError) -> TemplateNode {
    let line = line
    var items: [TemplateNode] = []
    var isTuple = false
    while !endsTuple(words) {
      items.append(allowsConditional ? try expression() : try or())
      guard skip(.comma) else { break }
      isTuple = true
    }
    if !isTuple, let item = items.first { return item }
    guard !items.isEmpty || inParentheses else { throw unexpected("an expression") }
    return try node(.sequence(.tuple, items), line)
  }

  private func endsTuple(_ words: Set<String>) -> Bool {
    switch current.kind {
    case .outputEnd, .blockEnd, .symbol(.closeParenthesis): true
    case .name(let name): words.contains(name)
    default: false
    }
  }

  mutating func expression() throws(TemplateError) -> TemplateNode {
    try nested(limits.expressionDepth, "the nesting of the template's expressions") {
      (parser: inout TemplateParser) throws(TemplateError) in try parser.conditional()
    }
  }

  private mutating func conditional() throws(TemplateError) -> TemplateNode {
    let line = line
    var value = try or()
    while skip(word: "if") {
      let condition = try or()
      let otherwise = skip(word: "else") ? try expression() : nil
      value = try node(.conditional(value, if: condition, else: otherwise), line)
    }
    return value
  }

  mutating func or() throws(TemplateError) -> TemplateNode {
    let line = line
    var left = try and()
    while skip(word: "or") { left = try node(.or(left, try and()), line) }
    return left
  }

  private mutating func and() throws(TemplateError) -> TemplateNode {
    let line = line
    var left = try not()
    while skip(word: "and") { left = try node(.and(left, try not()), line) }
    return left
  }

  private mutating func not() throws(TemplateError) -> TemplateNode {
    let line = line
    guard skip(word: "not") else { return try comparison() }
    return try nested(limits.expressionDepth, "the nesting of the template's expressions") {
      (parser: inout TemplateParser) throws(TemplateError) in
      let value = try parser.not()
      return try parser.node(.not(value), line)
    }
  }

  private mutating func comparison() throws(TemplateError) -> TemplateNode {
    let line = line
    let left = try sum()
    var steps: [TemplateExpression.Step] = []
    while let comparison = comparisonOperator() {
      steps.append(TemplateExpression.Step(comparison: comparison, right: try sum()))
    }
    return steps.isEmpty ? left : try node(.comparison(left, steps), line)
  }

  private mutating func comparisonOperator() -> TemplateExpression.Comparison? {
    let found: TemplateExpression.Comparison
    switch current.kind {
    case .symbol(.equal): found = .equal
    case .symbol(.notEqual): found = .notEqual
    case .symbol(.less): found = .less
    case .symbol(.lessOrEqual): found = .lessOrEqual
    case .symbol(.greater): found = .greater
    case .symbol(.greaterOrEqual): found = .greaterOrEqual
    case .name("in"): found = .contains
    case .name("not") where next.kind == .name("in"):
      advance()
      found = .excludes
    default: return nil
    }
    advance()
    return found
  }

  private mutating func sum() throws(TemplateError) -> TemplateNode {
    let line = line
    var left = try concatenation()
    while true {
      if skip(.add) {
        left = try node(.arithmetic(.add, left, try concatenation()), line)
      } else if skip(.subtract) {
        left = try node(.arithmetic(.subtract, left, try concatenation()), line)
      } else {
        return left
      }
    }
  }

  private mutating func concatenation() throws(TemplateError) -> TemplateNode {
    let line = line
    var parts = [try product()]
    while skip(.tilde) { parts.append(try product()) }
    return parts.count == 1 ? parts[0] : try node(.concatenation(parts), line)
  }

  private mutating func product() throws(TemplateError) -> TemplateNode {
    let line = line
    var left = try unary(allowsFilter: true)
    while true {
      let operation: TemplateExpression.Arithmetic
      switch current.kind {
      case .symbol(.multiply): operation = .multiply
      case .symbol(.divide): operation = .divide
      case .symbol(.floorDivide): operation = .floorDivide
      case .symbol(.modulo): operation = .modulo
      case .symbol(.power): throw .unsupported("the operator '**'", line: self.line)
      default: return left
      }
      advance()
      left = try node(.arithmetic(operation, left, try unary(allowsFilter: true)), line)
    }
  }

  private mutating func unary(allowsFilter: Bool) throws(TemplateError) -> TemplateNode {
    let line = line
    let isMinus = at(.subtract)
    var value: TemplateNode
    if isMinus || at(.add) {
      advance()
      value = try nested(limits.expressionDepth, "the nesting of the template's expressions") {
        (parser: inout TemplateParser) throws(TemplateError) in
        let value = try parser.unary(allowsFilter: false)
        return try parser.node(.sign(isMinus, value), line)
      }
    } else {
      value = try primary()
    }
    value = try postfix(value)
    return allowsFilter ? try filters(value) : value
  }

  mutating func primary() throws(TemplateError) -> TemplateNode {
    let line = line
    switch current.kind {
    case .name(let name):
      advance()
      switch name {
      case "true", "True": return try node(.literal(.bool(true)), line)
      case "false", "False": return try node(.literal(.bool(false)), line)
      case "none", "None": return try node(.literal(.none), line)
      default:
        program.readNames.insert(name)
        return try node(.name(name), line)
      }
    case .string:
      // Neighbouring strings are one, as in Python.
      var text = ""
      while case .string(let part) = current.kind {
        text += part
        advance()
      }
      return try node(.literal(.text(TemplateText(text, .template))), line)
    case .integer(let value):
      advance()
      return try node(.literal(.integer(value)), line)
    case .float(let value):
      advance()
      return try node(.literal(.float(value)), line)
    case .symbol(.openParenthesis):
      advance()
      let value = try tuple(inParentheses: true)
      try expect(.symbol(.closeParenthesis))
      return value
    case .symbol(.openBracket):
      advance()
      return try node(.sequence(.list, try list(until: .closeBracket)), line)
    case .symbol(.openBrace):
      advance()
      return try node(.dictionary(try entries()), line)
    default: throw unexpected("an expression")
    }
  }

  private mutating func list(until end: TemplateToken.Symbol) throws(TemplateError) -> [TemplateNode] {
    var items: [TemplateNode] = []
    while !at(end) {
      if !items.isEmpty { try expect(.symbol(.comma)) }
      if at(end) { break }
      items.append(try expression())
    }
    try expect(.symbol(end))
    return items
  }

  private mutating func entries() throws(TemplateError) -> [TemplateExpression.Entry] {
    var entries: [TemplateExpression.Entry] = []
    while !at(.closeBrace) {
      if !entries.isEmpty { try expect(.symbol(.comma)) }
      if at(.closeBrace) { break }
      let key = try expression()
      try expect(.symbol(.colon))
      entries.append(TemplateExpression.Entry(key: key, value: try expression()))
    }
    try expect(.symbol(.closeBrace))
    return entries
  }
}
