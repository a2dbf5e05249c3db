extension TemplateEvaluator {
  /// How a body ended.
  enum Flow { case end, leaveLoop, nextTurn }

  mutating func run(_ body: [TemplateStatement]) throws(TemplateError) -> Flow {
    for statement in body {
      try enter()
      let flow = try run(statement)
      leave()
      if flow != .end { return flow }
    }
    return .end
  }

  private mutating func run(_ statement: TemplateStatement) throws(TemplateError) -> Flow {
    switch statement {
    case .text(let text): try write(text)
    case .output(let node): try write(try string(try evaluate(node)))
    case .condition(let branches, let otherwise):
      for branch in branches where try evaluate(branch.condition).isTrue { return try run(branch.body) }
      return try run(otherwise)
    case .loop(let loop): return try run(loop)
    case .assignment(let target, let node): try assign(try evaluate(node), to: target)
    case .capture(let target, let body, _):
      let text = try captured { (evaluator: inout TemplateEvaluator) throws(TemplateError) in
        try evaluator.inScope(of: evaluator.scope, [:]) { (inner: inout TemplateEvaluator) throws(TemplateError) in
          _ = try inner.run(body)
        }
      }
      try assign(.text(text), to: target)
    case .macro(let place): scopes[scope].variables[program.macros[place].name] = .macro(place, scope: scope)
    case .leaveLoop: return .leaveLoop
    case .nextTurn: return .nextTurn
    }
    return .end
  }

  private mutating func write(_ text: TemplateText) throws(TemplateError) {
    try charge(text, .copy)
    try requireRoom(output.bytes.count + text.bytes.count)
    output.append(text)
  }

  private mutating func run(_ loop: TemplateLoop) throws(TemplateError) -> Flow {
    let items = try elements(of: try evaluate(loop.source))
    let place = loops.count
    loops.append(LoopState(items: items, filter: loop.filter, target: loop.target, scope: scope))
    var ranToEnd = false
    turns: while let item = try nextTurn(place) {
      try charge(1)
      let flow = try inScope(of: scope, ["loop": .loop(place)]) {
        (inner: inout TemplateEvaluator) throws(TemplateError) in
        try inner.assign(item, to: loop.target)
        return try inner.run(loop.body)
      }
      switch flow {
      case .end: ranToEnd = true
      case .leaveLoop: break turns
      case .nextTurn: continue turns
      }
    }
    loops.removeLast()
    return ranToEnd ? .end : try run(loop.otherwise)
  }

  mutating func assign(_ value: TemplateValue, to target: TemplateTarget) throws(TemplateError) {
    switch target {
    case .name(let name): scopes[scope].variables[name] = value
    case .tuple(let targets):
      let values = try elements(of: value)
      guard values.count == targets.count else {
        throw failure("\(values.count) values cannot be assigned to \(targets.count) names")
      }
      for (target, value) in zip(targets, values) { try assign(value, to: target) }
    case .attribute(let name, let attribute, let line):
      guard case .namespace(let place) = variable(name) else {
        throw .evaluation(line: line, "'\(name)' is no namespace, so its attribute cannot be set")
      }
      try requireFree(value)
      namespaces[place][attribute] = value
    }
  }
}
