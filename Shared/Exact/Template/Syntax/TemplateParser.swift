/// Reads a template into a program, as Jinja's grammar has it. Everything is checked here or in `TemplateChecker`, so
/// that a template is refused when its model is loaded and not in the middle of a conversation.
struct TemplateParser {
  let limits: TemplateLimits
  private let tokens: [TemplateToken]
  private var position = 0
  private var depth = 0
  /// Loops around the statement that is read; macros and captures begin anew.
  var loopDepth = 0
  var program = TemplateProgram()

  /// - Throws: `syntax`, `unsupported`, `readsClock`, `limit`.
  static func program(of text: String, limits: TemplateLimits = TemplateLimits()) throws(TemplateError)
    -> TemplateProgram
  {
    guard text.utf8.count <= limits.sourceBytes else {
      throw .limit("the number of the template's bytes", limits.sourceBytes)
    }
    var parser = TemplateParser(limits, try TemplateLexer.tokens(of: text, limit: limits.tokens))
    parser.program.body = try parser.body(until: [], of: nil)
    try TemplateChecker.check(parser.program)
    return parser.program
  }

  private init(_ limits: TemplateLimits, _ tokens: [TemplateToken]) {
    self.limits = limits
    self.tokens = tokens
  }

  // MARK: tokens

  /// The last token is the end, which nothing passes.
  var current: TemplateToken { tokens[position] }
  var next: TemplateToken { tokens[min(position + 1, tokens.count - 1)] }
  var line: Int { current.line }

  mutating func advance() {
    if position + 1 < tokens.count { position += 1 }
  }

  func at(_ symbol: TemplateToken.Symbol) -> Bool { current.kind == .symbol(symbol) }
  func at(word: String) -> Bool { current.kind == .name(word) }

  mutating func skip(_ symbol: TemplateToken.Symbol) -> Bool {
    guard at(symbol) else { return false }
    advance()
    return true
  }

  mutating func skip(word: String) -> Bool {
    guard at(word: word) else { return false }
    advance()
    return true
  }

  mutating func expect(_ kind: TemplateToken.Kind) throws(TemplateError) {
    guard current.kind == kind else { throw unexpected(kind.description) }
    advance()
  }

  mutating func name(_ what: String) throws(TemplateError) -> String {
    guard case .name(let name) = current.kind else { throw unexpected(what) }
    advance()
    return name
  }

  func unexpected(_ wanted: String) -> TemplateError {
    .syntax(line: line, "expected \(wanted), found \(current.kind.description)")
  }

  func node(_ expression: TemplateExpression, _ line: Int) throws(TemplateError) -> TemplateNode {
    try TemplateNode(expression, line: line, limits: limits)
  }

  /// Reads something that may hold itself.
  mutating func nested<Result>(
    _ limit: Int, _ what: String, _ read: (inout TemplateParser) throws(TemplateError) -> Result
  ) throws(TemplateError) -> Result {
    guard depth < limit else { throw .limit(what, limit) }
    depth += 1
    defer { depth -= 1 }
    return try read(&self)
  }
}
