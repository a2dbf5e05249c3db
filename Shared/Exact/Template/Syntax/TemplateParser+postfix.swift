// What follows a value: attributes, subscripts, calls, filters, tests.

extension TemplateParser {
  mutating func postfix(_ value: TemplateNode) throws(TemplateError) -> TemplateNode {
    var value = value
    while true {
      let line = line
      if skip(.dot) {
        value = try attribute(of: value, line)
      } else if skip(.openBracket) {
        value = try subscripted(value, line)
      } else if at(.openParenthesis) {
        value = try call(value, line)
      } else {
        return value
      }
    }
  }

  private mutating func attribute(of value: TemplateNode, _ line: Int) throws(TemplateError) -> TemplateNode {
    if case .integer(let index) = current.kind {
      advance()
      return try node(.element(value, try node(.literal(.integer(index)), line)), line)
    }
    let name = try name("an attribute")
    guard !name.hasPrefix("_") else { throw .unsupported("the attribute '\(name)'", line: line) }
    guard at(.openParenthesis) else { return try node(.attribute(value, name), line) }
    guard let method = TemplateMethod(rawValue: name) else {
      throw .unsupported("the method '\(name)'", line: line)
    }
    let (arguments, named) = try arguments()
    guard named.isEmpty else { throw .unsupported("named arguments of the method '\(name)'", line: line) }
    guard method.argumentCounts.contains(arguments.count) else {
      throw .syntax(line: line, "the method '\(name)' does not take \(arguments.count) arguments")
    }
    return try node(.method(value, method, arguments), line)
  }

  private mutating func subscripted(_ value: TemplateNode, _ line: Int) throws(TemplateError) -> TemplateNode {
    var parts: [TemplateNode?] = [nil]
    while !at(.closeBracket) {
      if skip(.colon) {
        guard parts.count < 3 else { throw unexpected("']'") }
        parts.append(nil)
      } else if at(.comma) {
        throw .unsupported("a subscript with a comma", line: line)
      } else {
        guard parts[parts.count - 1] == nil else { throw unexpected("']'") }
        parts[parts.count - 1] = try expression()
      }
    }
    advance()
    if parts.count > 1 {
      return try node(.slice(value, from: parts[0], to: parts[1], step: parts.count > 2 ? parts[2] : nil), line)
    }
    guard let key = parts[0] else { throw .syntax(line: line, "an empty subscript") }
    return try node(.element(value, key), line)
  }

  private mutating func call(_ value: TemplateNode, _ line: Int) throws(TemplateError) -> TemplateNode {
    guard case .name(let name) = value.expression else {
      throw .unsupported("a call of something that is no function by name", line: line)
    }
    let (arguments, named) = try arguments()
    return try node(.call(name, arguments, named), line)
  }

  /// Arguments in parentheses; empty without them.
  private mutating func arguments() throws(TemplateError) -> ([TemplateNode], [TemplateExpression.Named]) {
    var arguments: [TemplateNode] = []
    var named: [TemplateExpression.Named] = []
    guard skip(.openParenthesis) else { return ([], []) }
    while !at(.closeParenthesis) {
      if !arguments.isEmpty || !named.isEmpty { try expect(.symbol(.comma)) }
      if at(.closeParenthesis) { break }
      if at(.multiply) || at(.power) { throw .unsupported("unpacked arguments", line: line) }
      if case .name(let name) = current.kind, next.kind == .symbol(.assign) {
        guard !named.contains(where: { $0.name == name }) else {
          throw .syntax(line: line, "two arguments '\(name)'")
        }
        advance()
        advance()
        named.append(TemplateExpression.Named(name: name, value: try expression()))
      } else {
        guard named.isEmpty else { throw .syntax(line: line, "an argument by position after one by name") }
        arguments.append(try expression())
      }
    }
    advance()
    return (arguments, named)
  }

  mutating func filters(_ value: TemplateNode) throws(TemplateError) -> TemplateNode {
    var value = value
    while true {
      let line = line
      if skip(.pipe) {
        value = try filter(value, line)
      } else if skip(word: "is") {
        value = try test(value, line)
      } else if at(.openParenthesis) {
        throw .unsupported("a call of something that is no function by name", line: line)
      } else {
        return value
      }
    }
  }

  private mutating func dottedName(_ what: String) throws(TemplateError) -> String {
    var name = try name(what)
    while skip(.dot) { name += "." + (try self.name(what)) }
    return name
  }

  private mutating func filter(_ value: TemplateNode, _ line: Int) throws(TemplateError) -> TemplateNode {
    let name = try dottedName("a filter")
    let filter = try Self.filter(name, line)
    let (arguments, named) = try arguments()
    switch filter {
    case .map: return try node(.map(value, try mapping(arguments, named, line)), line)
    case .select, .reject, .selectattr, .rejectattr:
      return try node(.select(value, try selection(filter, arguments, named, line)), line)
    default: return try node(.filter(value, filter, try Self.bind(filter, arguments, named, line)), line)
    }
  }

  private static func filter(_ name: String, _ line: Int) throws(TemplateError) -> TemplateFilter {
    guard let filter = TemplateFilter(rawValue: name) else { throw .unsupported("the filter '\(name)'", line: line) }
    return filter
  }

  private static func test(_ name: String, _ line: Int) throws(TemplateError) -> TemplateTest {
    guard let test = TemplateTest(rawValue: name) else { throw .unsupported("the test '\(name)'", line: line) }
    return test
  }

  /// Arguments in the order of the filter's parameters.
  private static func bind(
    _ filter: TemplateFilter, _ arguments: ArraySlice<TemplateNode>, _ named: [TemplateExpression.Named], _ line: Int
  ) throws(TemplateError) -> [TemplateNode?] {
    let (names, required) = filter.parameters
    var bound: [TemplateNode?] = names.map { _ in nil }
    guard arguments.count <= names.count, filter != .tojson || arguments.isEmpty else {
      throw .unsupported("\(arguments.count) arguments by position of the filter '\(filter.rawValue)'", line: line)
    }
    for (at, argument) in arguments.enumerated() { bound[at] = argument }
    for argument in named {
      guard let at = names.firstIndex(of: argument.name), bound[at] == nil else {
        throw .unsupported("the argument '\(argument.name)' of the filter '\(filter.rawValue)'", line: line)
      }
      bound[at] = argument.value
    }
    guard bound.prefix(required).allSatisfy({ $0 != nil }) else {
      throw .syntax(line: line, "the filter '\(filter.rawValue)' needs \(required) arguments")
    }
    return bound
  }

  private static func bind(
    _ filter: TemplateFilter, _ arguments: [TemplateNode], _ named: [TemplateExpression.Named], _ line: Int
  ) throws(TemplateError) -> [TemplateNode?] {
    try bind(filter, arguments[...], named, line)
  }

  private func mapping(
    _ arguments: [TemplateNode], _ named: [TemplateExpression.Named], _ line: Int
  ) throws(TemplateError) -> TemplateExpression.Mapping {
    guard let first = arguments.first else {
      let attribute = named.first { $0.name == "attribute" }
      guard let attribute, named.allSatisfy({ ["attribute", "default"].contains($0.name) }) else {
        throw .unsupported("the filter 'map' without the name of a filter or attribute", line: line)
      }
      return .attribute(attribute.value, default: named.first { $0.name == "default" }?.value)
    }
    guard let name = first.literalText else { throw .unsupported("'map' with a computed filter", line: line) }
    let filter = try Self.filter(name, line)
    switch filter {
    case .map, .select, .reject, .selectattr, .rejectattr:
      throw .unsupported("the filter '\(name)' within 'map'", line: line)
    default: return .filter(filter, try Self.bind(filter, arguments.dropFirst(), named, line))
    }
  }

  private func selection(
    _ filter: TemplateFilter, _ arguments: [TemplateNode], _ named: [TemplateExpression.Named], _ line: Int
  ) throws(TemplateError) -> TemplateExpression.Selection {
    guard named.isEmpty else {
      throw .unsupported("named arguments of the filter '\(filter.rawValue)'", line: line)
    }
    var rest = arguments[...]
    var selection = TemplateExpression.Selection(keeps: filter == .select || filter == .selectattr)
    if filter == .selectattr || filter == .rejectattr {
      guard let attribute = rest.popFirst() else {
        throw .syntax(line: line, "the filter '\(filter.rawValue)' needs an attribute")
      }
      selection.attribute = attribute
    }
    guard let name = rest.popFirst() else { return selection }
    guard let text = name.literalText else {
      throw .unsupported("'\(filter.rawValue)' with a computed test", line: line)
    }
    let test = try Self.test(text, line)
    guard rest.count == (test.takesArgument ? 1 : 0) else {
      throw .syntax(line: line, "the test '\(text)' does not take \(rest.count) arguments")
    }
    selection.test = test
    selection.argument = rest.first
    return selection
  }

  private mutating func test(_ value: TemplateNode, _ line: Int) throws(TemplateError) -> TemplateNode {
    let isNegated = skip(word: "not")
    let name = try dottedName("a test")
    let test = try Self.test(name, line)
    var arguments: [TemplateNode] = []
    if at(.openParenthesis) {
      let (positional, named) = try self.arguments()
      guard named.isEmpty else { throw .unsupported("named arguments of the test '\(name)'", line: line) }
      arguments = positional
    } else if beginsArgument {
      if at(word: "is") { throw .syntax(line: line, "a test of a test") }
      arguments = [try postfix(try primary())]
    }
    guard arguments.count == (test.takesArgument ? 1 : 0) else {
      throw .syntax(line: line, "the test '\(name)' does not take \(arguments.count) arguments")
    }
    let result = try node(.test(value, test, arguments.first), line)
    return isNegated ? try node(.not(result), line) : result
  }

  private var beginsArgument: Bool {
    switch current.kind {
    case .name(let name): !["else", "or", "and"].contains(name)
    case .string, .integer, .float, .symbol(.openBracket), .symbol(.openBrace): true
    default: false
    }
  }
}
