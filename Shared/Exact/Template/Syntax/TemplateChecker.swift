/// What can be said of a template only when all of it is known: which functions it calls, and whether it reads a clock.
///
/// A function that does not exist may be called where the template has asked whether it exists
/// (`{% if strftime_now is defined %}`): that place is never reached, since the name is undefined.
struct TemplateChecker {
  private let macros: Set<String>
  private let program: TemplateProgram

  static func check(_ program: TemplateProgram) throws(TemplateError) {
    let checker = TemplateChecker(macros: Set(program.macros.map(\.name)), program: program)
    try checker.check(program.body, [])
  }

  private init(macros: Set<String>, program: TemplateProgram) {
    self.macros = macros
    self.program = program
  }

  /// - Parameter known: names that are certainly defined here.
  private func check(_ body: [TemplateStatement], _ known: Set<String>) throws(TemplateError) {
    for statement in body { try check(statement, known) }
  }

  private func check(_ statement: TemplateStatement, _ known: Set<String>) throws(TemplateError) {
    switch statement {
    case .text, .leaveLoop, .nextTurn: break
    case .output(let node), .assignment(_, let node): try check(node, known)
    case .capture(_, let body, _): try check(body, known)
    case .condition(let branches, let otherwise):
      var known = known
      for branch in branches {
        try check(branch.condition, known)
        try check(branch.body, known.union(defined(branch.condition, when: true)))
        known.formUnion(defined(branch.condition, when: false))
      }
      try check(otherwise, known)
    case .loop(let loop):
      try check(loop.source, known)
      if let filter = loop.filter { try check(filter, known) }
      try check(loop.body, known)
      try check(loop.otherwise, known)
    case .macro(let place):
      for parameter in program.macros[place].parameters {
        if let fallback = parameter.fallback { try check(fallback, known) }
      }
      try check(program.macros[place].body, known)
    }
  }

  private func check(_ node: TemplateNode, _ known: Set<String>) throws(TemplateError) {
    switch node.expression {
    case .name(let name):
      guard !TemplateReservedNames.variables.contains(name) else {
        throw .unsupported("the variable '\(name)'", line: node.line)
      }
    case .conditional(let value, let condition, let otherwise):
      try check(condition, known)
      try check(value, known.union(defined(condition, when: true)))
      if let otherwise { try check(otherwise, known.union(defined(condition, when: false))) }
      return
    case .and(let left, let right):
      try check(left, known)
      try check(right, known.union(defined(left, when: true)))
      return
    case .or(let left, let right):
      try check(left, known)
      try check(right, known.union(defined(left, when: false)))
      return
    case .call(let name, let arguments, let named):
      try checkCall(name, arguments.count, named.map(\.name), node.line, known)
    default: break
    }
    for child in node.expression.children { try check(child, known) }
  }

  private func checkCall(
    _ name: String, _ count: Int, _ named: [String], _ line: Int, _ known: Set<String>
  ) throws(TemplateError) {
    if macros.contains(name) { return }
    guard let function = TemplateFunction(rawValue: name) else {
      if known.contains(name), !TemplateReservedNames.variables.contains(name) { return }
      throw name == "strftime_now" ? .readsClock(line: line) : .unsupported("the function '\(name)'", line: line)
    }
    let isRight: Bool =
      switch function {
      case .range: (1...3).contains(count) && named.isEmpty
      case .namespace, .dict: count == 0
      case .raiseException: count == 1 && named.isEmpty
      }
    guard isRight else { throw .unsupported("these arguments of the function '\(name)'", line: line) }
  }

  /// The names that are defined if `condition` is true (or false).
  private func defined(_ condition: TemplateNode, when outcome: Bool) -> Set<String> {
    switch condition.expression {
    case .test(let value, let test, _):
      guard case .name(let name) = value.expression else { return [] }
      return (outcome && test == .defined) || (!outcome && test == .undefined) ? [name] : []
    case .not(let value): return defined(value, when: !outcome)
    case .and(let left, let right) where outcome, .or(let left, let right) where !outcome:
      return defined(left, when: outcome).union(defined(right, when: outcome))
    default: return []
    }
  }
}
