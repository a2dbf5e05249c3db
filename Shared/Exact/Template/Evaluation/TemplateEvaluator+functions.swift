extension TemplateEvaluator {
  /// Most elements that Jinja's sandbox lets `range` have.
  static let maximumRange = 100_000
  static let maximumRefusalCharacters = 1024

  mutating func call(
    _ name: String, _ nodes: [TemplateNode], _ namedNodes: [TemplateExpression.Named]
  ) throws(TemplateError) -> TemplateValue {
    let callee = variable(name) ?? .undefined("'\(name)' is undefined")
    let arguments = try values(of: nodes)
    var named: [(String, TemplateValue)] = []
    for argument in namedNodes { named.append((argument.name, try evaluate(argument.value))) }
    switch callee {
    case .macro(let place, let scope): return .text(try call(program.macros[place], in: scope, arguments, named))
    case .function(.range): return try range(arguments)
    case .function(.raiseException) where arguments.count == 1:
      throw .refused(String(try string(arguments[0]).string.prefix(Self.maximumRefusalCharacters)))
    case .function(.namespace) where arguments.isEmpty:
      for argument in named { try requireFree(argument.1) }
      namespaces.append(Dictionary(named) { $1 })
      return .namespace(namespaces.count - 1)
    case .function(.dict) where arguments.isEmpty:
      for argument in named { try requireFree(argument.1) }
      let dictionary = TemplateDictionary(named, .template)
      try requireShallow(dictionary.depth)
      return .dictionary(dictionary)
    case .undefined(let what): throw failure(what)
    default: throw failure("'\(name)' cannot be called like this")
    }
  }

  private mutating func range(_ arguments: [TemplateValue]) throws(TemplateError) -> TemplateValue {
    var numbers: [Int] = []
    for argument in arguments {
      guard let number = argument.integerValue else { throw failure("'range' takes integers") }
      numbers.append(number)
    }
    guard (1...3).contains(numbers.count) else { throw failure("'range' takes one to three integers") }
    let start = numbers.count > 1 ? numbers[0] : 0
    let end = numbers.count > 1 ? numbers[1] : numbers[0]
    let step = numbers.count > 2 ? numbers[2] : 1
    guard step != 0 else { throw failure("the step of 'range' is 0") }
    var items: [TemplateValue] = []
    var at = start
    while step > 0 ? at < end : at > end {
      guard items.count < Self.maximumRange else { throw .limit("the elements of 'range'", Self.maximumRange) }
      items.append(.integer(at))
      let (next, overflow) = at.addingReportingOverflow(step)
      if overflow { break }
      at = next
    }
    return try sequence(.range, items)
  }

  private mutating func call(
    _ macro: TemplateMacro, in definition: Int, _ arguments: [TemplateValue], _ named: [(String, TemplateValue)]
  ) throws(TemplateError) -> TemplateText {
    guard arguments.count <= macro.parameters.count else {
      throw failure("the macro '\(macro.name)' takes \(macro.parameters.count) arguments, not \(arguments.count)")
    }
    var given: [String: TemplateValue] = [:]
    for (parameter, value) in zip(macro.parameters, arguments) { given[parameter.name] = value }
    for (name, value) in named {
      guard macro.parameters.contains(where: { $0.name == name }), given[name] == nil else {
        throw failure("the macro '\(macro.name)' takes no argument '\(name)' here")
      }
      given[name] = value
    }
    guard definition < scopes.count else { throw failure("the macro '\(macro.name)' is gone with its scope") }
    guard macroDepth < limits.macroDepth else {
      throw .limit("the nesting of the chat template's macro calls", limits.macroDepth)
    }
    macroDepth += 1
    defer { macroDepth -= 1 }
    return try captured { (evaluator: inout TemplateEvaluator) throws(TemplateError) in
      try evaluator.inScope(of: definition, given) { (inner: inout TemplateEvaluator) throws(TemplateError) in
        for parameter in macro.parameters where given[parameter.name] == nil {
          inner.scopes[inner.scope].variables[parameter.name] =
            try parameter.fallback.map { (node) throws(TemplateError) in try inner.evaluate(node) }
            ?? .undefined("the argument '\(parameter.name)' was not given")
        }
        _ = try inner.run(macro.body)
      }
    }
  }
}
