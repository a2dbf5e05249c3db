/// Runs a program. All that changes while it runs is here: scopes, loops, namespaces, generators, the output.
struct TemplateEvaluator {
  /// Variables of a frame; reading goes on in the parent, writing does not.
  struct Scope {
    var parent: Int?
    var variables: [String: TemplateValue] = [:]
  }

  let program: TemplateProgram
  let limits: TemplateLimits
  /// What the template is given: messages, tools, tokens.
  let globals: [String: TemplateValue]
  var output = TemplateText()
  /// A stack: a scope is gone before the one that it was made in.
  var scopes: [Scope] = [Scope()]
  var scope = 0
  var loops: [LoopState] = []
  var namespaces: [[String: TemplateValue]] = []
  /// What each generator has not given yet, last one first.
  var generators: [[TemplateValue]] = []
  var macroDepth = 0
  private var depth = 0
  private(set) var steps = 0
  /// The line of the expression that was begun last, for messages.
  private(set) var line = 0

  /// - Throws: `evaluation`, `refused`, `limit`.
  static func output(
    of program: TemplateProgram, _ globals: [String: TemplateValue], limits: TemplateLimits = TemplateLimits()
  ) throws(TemplateError) -> TemplateText {
    var evaluator = TemplateEvaluator(program: program, limits: limits, globals: globals)
    _ = try evaluator.run(program.body)
    return evaluator.output
  }

  private init(program: TemplateProgram, limits: TemplateLimits, globals: [String: TemplateValue]) {
    self.program = program
    self.limits = limits
    self.globals = globals
  }

  // MARK: errors and limits

  func failure(_ reason: String) -> TemplateError { .evaluation(line: line, reason) }

  mutating func charge(_ count: Int) throws(TemplateError) {
    guard count <= limits.steps - steps else { throw .limit("the work of the chat template", limits.steps) }
    steps += count
  }

  /// Pays for reading or making a text.
  mutating func charge(_ text: TemplateText, _ work: TextWork) throws(TemplateError) {
    try charge(text.bytes.count / work.rawValue)
  }

  func requireRoom(_ bytes: Int) throws(TemplateError) {
    guard bytes <= limits.textBytes else { throw .limit("the bytes of a text of the chat template", limits.textBytes) }
  }

  mutating func made(_ text: TemplateText) throws(TemplateError) -> TemplateValue {
    try requireRoom(text.bytes.count)
    try charge(text, .copy)
    return .text(text)
  }

  /// A sequence of values that may be kept in one.
  mutating func sequence(
    _ kind: TemplateSequence.Kind, _ items: [TemplateValue]
  ) throws(TemplateError) -> TemplateValue {
    guard items.count <= limits.elements else {
      throw .limit("the elements of a sequence of the chat template", limits.elements)
    }
    try charge(items.count)
    for item in items { try requireFree(item) }
    let sequence = TemplateSequence(kind, items)
    try requireShallow(sequence.depth)
    return .sequence(sequence)
  }

  func requireFree(_ value: TemplateValue) throws(TemplateError) {
    guard !value.isBound else { throw failure("\(value.typeName) cannot be kept in another value") }
  }

  func requireShallow(_ depth: Int) throws(TemplateError) {
    guard depth <= TemplateSequence.maximumDepth else {
      throw .limit("the nesting of a value of the chat template", TemplateSequence.maximumDepth)
    }
  }

  /// Begins something that may hold itself.
  mutating func enter(line: Int? = nil) throws(TemplateError) {
    try charge(1)
    guard depth < limits.evaluationDepth else {
      throw .limit("the nesting of the chat template's evaluation", limits.evaluationDepth)
    }
    depth += 1
    if let line { self.line = line }
  }

  mutating func leave() { depth -= 1 }

  // MARK: variables

  func variable(_ name: String) -> TemplateValue? {
    var at: Int? = scope
    while let place = at {
      if let value = scopes[place].variables[name] { return value }
      at = scopes[place].parent
    }
    return globals[name] ?? TemplateFunction(rawValue: name).map { .function($0) }
  }

  /// Runs `body` in a new scope within `parent`.
  mutating func inScope<Result>(
    of parent: Int, _ variables: [String: TemplateValue],
    _ body: (inout TemplateEvaluator) throws(TemplateError) -> Result
  ) throws(TemplateError) -> Result {
    let outer = scope
    scopes.append(Scope(parent: parent, variables: variables))
    scope = scopes.count - 1
    defer {
      scopes.removeLast()
      scope = outer
    }
    return try body(&self)
  }

  /// The text that `body` writes.
  mutating func captured(
    _ body: (inout TemplateEvaluator) throws(TemplateError) -> Void
  ) throws(TemplateError) -> TemplateText {
    let outer = output
    output = TemplateText()
    // An error ends the whole evaluation, so nothing needs to be put back.
    try body(&self)
    let text = output
    output = outer
    return text
  }
}
