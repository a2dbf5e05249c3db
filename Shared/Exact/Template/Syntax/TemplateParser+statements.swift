extension TemplateParser {
  /// Statements up to a block that begins with one of `ends`, whose name is left as the current token; up to the end of
  /// the template when there are none. `opener`: the statement that is being closed, for messages.
  mutating func body(
    until ends: Set<String>, of opener: (name: String, line: Int)?
  ) throws(TemplateError) -> [TemplateStatement] {
    try nested(limits.statementDepth, "the nesting of the template's statements") {
      (parser: inout TemplateParser) throws(TemplateError) in
      try parser.statements(until: ends, of: opener)
    }
  }

  private mutating func statements(
    until ends: Set<String>, of opener: (name: String, line: Int)?
  ) throws(TemplateError) -> [TemplateStatement] {
    var out: [TemplateStatement] = []
    while true {
      switch current.kind {
      case .text(let bytes):
        out.append(.text(TemplateText(String(decoding: bytes, as: UTF8.self), .template)))
        advance()
      case .outputBegin:
        advance()
        out.append(.output(try tuple()))
        try expect(.outputEnd)
      case .blockBegin:
        advance()
        if case .name(let name) = current.kind, ends.contains(name) { return out }
        out.append(try statement())
        try expect(.blockEnd)
      default:
        if let opener { throw .syntax(line: opener.line, "'\(opener.name)' without its end") }
        return out
      }
    }
  }

  private mutating func statement() throws(TemplateError) -> TemplateStatement {
    let line = line
    let keyword = try name("a statement")
    switch keyword {
    case "if": return try condition(line)
    case "for": return try loop(line)
    case "set": return try assignment(line)
    case "macro": return try macro(line)
    case "break", "continue":
      guard loopDepth > 0 else { throw .syntax(line: line, "'\(keyword)' outside a loop") }
      return keyword == "break" ? .leaveLoop : .nextTurn
    case "endif", "endfor", "endset", "endmacro", "else", "elif":
      throw .syntax(line: line, "'\(keyword)' without its beginning")
    default: throw .unsupported("the statement '\(keyword)'", line: line)
    }
  }

  private mutating func condition(_ line: Int) throws(TemplateError) -> TemplateStatement {
    var branches: [TemplateBranch] = []
    var otherwise: [TemplateStatement] = []
    let opener = (name: "if", line: line)
    while true {
      let condition = try tuple(allowsConditional: false)
      try expect(.blockEnd)
      branches.append(
        TemplateBranch(condition: condition, body: try body(until: ["elif", "else", "endif"], of: opener)))
      if skip(word: "elif") { continue }
      if skip(word: "else") {
        try expect(.blockEnd)
        otherwise = try body(until: ["endif"], of: opener)
      }
      try expect(.name("endif"))
      return .condition(branches, otherwise: otherwise)
    }
  }

  private mutating func loop(_ line: Int) throws(TemplateError) -> TemplateStatement {
    let target = try target(allowsAttribute: false)
    try expect(.name("in"))
    let source = try tuple(allowsConditional: false, endsBefore: ["recursive"])
    let filter = skip(word: "if") ? try expression() : nil
    if at(word: "recursive") { throw .unsupported("a recursive loop", line: line) }
    try expect(.blockEnd)
    loopDepth += 1
    let body = try body(until: ["endfor", "else"], of: ("for", line))
    loopDepth -= 1
    var otherwise: [TemplateStatement] = []
    if skip(word: "else") {
      try expect(.blockEnd)
      otherwise = try self.body(until: ["endfor"], of: ("for", line))
    }
    try expect(.name("endfor"))
    return .loop(TemplateLoop(target: target, source: source, filter: filter, body: body, otherwise: otherwise))
  }

  private mutating func assignment(_ line: Int) throws(TemplateError) -> TemplateStatement {
    let target = try target(allowsAttribute: true)
    if skip(.assign) { return .assignment(target, try tuple()) }
    if at(.pipe) { throw .unsupported("a filter on a 'set' block", line: line) }
    try expect(.blockEnd)
    let body = try withoutLoop { (parser: inout TemplateParser) throws(TemplateError) in
      try parser.body(until: ["endset"], of: ("set", line))
    }
    try expect(.name("endset"))
    return .capture(target, body, line: line)
  }

  private mutating func macro(_ line: Int) throws(TemplateError) -> TemplateStatement {
    let name = try assignableName()
    var parameters: [TemplateMacro.Parameter] = []
    try expect(.symbol(.openParenthesis))
    while !at(.closeParenthesis) {
      if !parameters.isEmpty { try expect(.symbol(.comma)) }
      let parameter = try assignableName()
      let fallback = skip(.assign) ? try expression() : nil
      guard fallback != nil || parameters.last?.fallback == nil else {
        throw .syntax(line: line, "a parameter without a default after one with a default")
      }
      guard !parameters.contains(where: { $0.name == parameter }) else {
        throw .syntax(line: line, "two parameters '\(parameter)'")
      }
      parameters.append(TemplateMacro.Parameter(name: parameter, fallback: fallback))
    }
    try expect(.symbol(.closeParenthesis))
    try expect(.blockEnd)
    let body = try withoutLoop { (parser: inout TemplateParser) throws(TemplateError) in
      try parser.body(until: ["endmacro"], of: ("macro", line))
    }
    try expect(.name("endmacro"))
    program.macros.append(TemplateMacro(name: name, parameters: parameters, body: body))
    return .macro(program.macros.count - 1)
  }

  private mutating func withoutLoop<Result>(
    _ read: (inout TemplateParser) throws(TemplateError) -> Result
  ) throws(TemplateError) -> Result {
    let outer = loopDepth
    loopDepth = 0
    defer { loopDepth = outer }
    return try read(&self)
  }

  private mutating func assignableName() throws(TemplateError) -> String {
    let line = line
    let name = try name("a name")
    guard !["true", "false", "none", "True", "False", "None", "loop", "not", "in"].contains(name) else {
      throw .syntax(line: line, "'\(name)' cannot be assigned to")
    }
    return name
  }

  /// A name, names separated by commas with or without parentheses, or an attribute of a namespace.
  private mutating func target(allowsAttribute: Bool) throws(TemplateError) -> TemplateTarget {
    if allowsAttribute, next.kind == .symbol(.dot) {
      let line = line
      let namespace = try name("a name")
      advance()
      return .attribute(namespace, try name("an attribute"), line: line)
    }
    var targets: [TemplateTarget] = []
    var isTuple = false
    repeat {
      if isTuple, at(word: "in") || at(.assign) || at(.closeParenthesis) { break }
      if skip(.openParenthesis) {
        targets.append(
          try nested(limits.expressionDepth, "the nesting of the template's expressions") {
            (parser: inout TemplateParser) throws(TemplateError) in try parser.target(allowsAttribute: false)
          })
        try expect(.symbol(.closeParenthesis))
      } else {
        targets.append(.name(try assignableName()))
      }
      if at(.comma) { isTuple = true }
    } while skip(.comma)
    return isTuple ? .tuple(targets) : targets[0]
  }
}
