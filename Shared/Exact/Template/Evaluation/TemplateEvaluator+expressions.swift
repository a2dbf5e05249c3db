extension TemplateEvaluator {
  mutating func evaluate(_ node: TemplateNode) throws(TemplateError) -> TemplateValue {
    try enter(line: node.line)
    let value = try value(of: node.expression)
    leave()
    return value
  }

  private mutating func value(of expression: TemplateExpression) throws(TemplateError) -> TemplateValue {
    switch expression {
    case .literal(let value): return value
    case .name(let name): return variable(name) ?? .undefined("'\(name)' is undefined")
    case .sequence(let kind, let nodes): return try sequence(kind, try values(of: nodes))
    case .dictionary(let entries): return try dictionary(entries)
    case .attribute(let node, let name): return try attribute(name, of: try evaluate(node))
    case .element(let node, let key): return try element(of: try evaluate(node), try evaluate(key))
    case .slice(let node, let from, let to, let step):
      return try slice(of: try evaluate(node), try values(of: [from, to, step]))
    case .sign(let isMinus, let node): return try signed(isMinus, try evaluate(node))
    case .arithmetic(let operation, let left, let right):
      return try arithmetic(operation, try evaluate(left), try evaluate(right))
    case .concatenation(let nodes):
      var text = TemplateText()
      for node in nodes { text = try concatenated(text, try string(try evaluate(node))) }
      return .text(text)
    case .comparison(let left, let steps): return .bool(try compares(left, steps))
    case .and(let left, let right):
      let value = try evaluate(left)
      return value.isTrue ? try evaluate(right) : value
    case .or(let left, let right):
      let value = try evaluate(left)
      return value.isTrue ? value : try evaluate(right)
    case .not(let node): return .bool(!(try evaluate(node).isTrue))
    case .conditional(let then, let condition, let otherwise):
      if try evaluate(condition).isTrue { return try evaluate(then) }
      return try otherwise.map { (node) throws(TemplateError) in try evaluate(node) }
        ?? .undefined("the inline 'if' has no 'else'")
    case .filter(let node, let filter, let arguments):
      let value = try evaluate(node)
      return try apply(filter, to: value, try values(of: arguments))
    case .map(let node, let mapping): return try map(try evaluate(node), mapping)
    case .select(let node, let selection): return try select(try evaluate(node), selection)
    case .test(let node, let test, let argument):
      let value = try evaluate(node)
      return .bool(try answers(value, test, try values(of: [argument])[0]))
    case .method(let node, let method, let arguments):
      let value = try evaluate(node)
      return try call(method, of: value, try values(of: arguments))
    case .call(let name, let arguments, let named): return try call(name, arguments, named)
    }
  }

  mutating func values(of nodes: [TemplateNode]) throws(TemplateError) -> [TemplateValue] {
    var out: [TemplateValue] = []
    for node in nodes { out.append(try evaluate(node)) }
    return out
  }

  private mutating func values(of nodes: [TemplateNode?]) throws(TemplateError) -> [TemplateValue?] {
    var out: [TemplateValue?] = []
    for node in nodes {
      if let node { out.append(try evaluate(node)) } else { out.append(nil) }
    }
    return out
  }

  private mutating func dictionary(
    _ entries: [TemplateExpression.Entry]
  ) throws(TemplateError) -> TemplateValue {
    var dictionary = TemplateDictionary()
    for entry in entries {
      guard case .text(let key) = try evaluate(entry.key) else {
        throw failure("only strings can be the keys of a dictionary here")
      }
      let value = try evaluate(entry.value)
      try requireFree(value)
      dictionary[key] = value
    }
    try requireShallow(dictionary.depth)
    return .dictionary(dictionary)
  }

  /// `str(value)`.
  mutating func string(_ value: TemplateValue) throws(TemplateError) -> TemplateText {
    if case .text(let text) = value { return text }
    return try written(value) { (writer: inout TemplateWriter) throws(TemplateWriter.Fault) in
      try writer.string(value)
    }
  }

  mutating func written(
    _ value: TemplateValue, _ write: (inout TemplateWriter) throws(TemplateWriter.Fault) -> Void
  ) throws(TemplateError) -> TemplateText {
    var writer = TemplateWriter(maximumBytes: limits.textBytes)
    do {
      try write(&writer)
    } catch {
      switch error {
      case .noText(let part): throw failure("\(part.typeName) has no text here")
      case .tooLong: throw .limit("the bytes of a text of the chat template", limits.textBytes)
      }
    }
    try charge(writer.out, .map)
    return writer.out
  }

  mutating func concatenated(_ a: TemplateText, _ b: TemplateText) throws(TemplateError) -> TemplateText {
    try requireRoom(a.bytes.count + b.bytes.count)
    try charge(a, .copy)
    try charge(b, .copy)
    return a + b
  }

  /// What a loop or a filter walks through.
  mutating func elements(of value: TemplateValue) throws(TemplateError) -> [TemplateValue] {
    switch value {
    case .undefined: return []
    case .text(let text):
      try requireElements(text.count)
      return text.characters.map { .text($0) }
    case .sequence(let sequence):
      try charge(sequence.items.count)
      return sequence.items
    case .dictionary(let dictionary):
      try charge(dictionary.entries.count)
      return dictionary.entries.map { .text($0.key) }
    case .generator(let place):
      let items = Array(generators[place].reversed())
      generators[place] = []
      return items
    default: throw failure("\(value.typeName) cannot be walked through")
    }
  }

  mutating func requireElements(_ count: Int) throws(TemplateError) {
    guard count <= limits.elements else {
      throw .limit("the elements of a sequence of the chat template", limits.elements)
    }
    try charge(count)
  }

  mutating func generator(_ items: [TemplateValue]) throws(TemplateError) -> TemplateValue {
    try charge(items.count)
    generators.append(items.reversed())
    return .generator(generators.count - 1)
  }
}
