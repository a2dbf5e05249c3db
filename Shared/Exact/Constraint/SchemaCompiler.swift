internal import Codec

/// Turns the schemas of one document into rules of a program. Equal schemas share a rule, so that recursion ends.
struct SchemaCompiler {
  typealias Located = SchemaFacts.Located
  typealias StateID = ByteProgram.StateID
  typealias RuleID = ByteProgram.RuleID

  var builder: ProgramBuilder
  private var reader: SchemaReader
  private var rules: [[UInt8]: RuleID] = [:]
  private var leaves: [Leaf: RuleID] = [:]

  /// Scalars whose rule depends on nothing but these facts.
  private enum Leaf: Hashable {
    case integer(NumberBounds)
    case number(NumberBounds)
    case string(SchemaFacts.StringFacts)
  }

  /// - Parameter base: put before every pointer of a message.
  init(_ schema: JSON, base: String = "", builder: ProgramBuilder = ProgramBuilder()) throws(GrammarError) {
    guard Self.depth(of: schema, atMost: GrammarLimits.schemaDepth) else {
      throw .limit(
        name: "the nesting", limit: GrammarLimits.schemaDepth, got: GrammarLimits.schemaDepth + 1, pointer: base)
    }
    let bytes = schema.serialized().count
    guard bytes <= GrammarLimits.schemaBytes else {
      throw .limit(
        name: "the number of bytes of the schema", limit: GrammarLimits.schemaBytes, got: bytes, pointer: base)
    }
    reader = SchemaReader(root: schema, base: base)
    self.builder = builder
  }

  private static func depth(of value: JSON, atMost limit: Int) -> Bool {
    switch value {
    case .array(let items): limit > 0 && items.allSatisfy { depth(of: $0, atMost: limit - 1) }
    case .object(let members): limit > 0 && members.allSatisfy { depth(of: $0.value, atMost: limit - 1) }
    default: true
    }
  }

  /// The rule of the document itself.
  mutating func root() throws(GrammarError) -> RuleID {
    try rule(Located(schema: reader.root, pointer: reader.base))
  }

  private mutating func rule(_ located: Located) throws(GrammarError) -> RuleID {
    let key = located.schema.serialized()
    if let known = rules[key] { return known }
    try reader.enter(located.pointer)
    defer { reader.leave() }
    let rule = try builder.declare()
    rules[key] = rule
    do {
      let facts = try reader.facts(located)
      builder.end(try value(facts, located.pointer, builder.start(of: rule)))
    } catch {
      throw error.located(at: located.pointer)
    }
    return rule
  }

  /// The rule of what is left open: any value where nothing is asked.
  private mutating func rule(rest: Located?) throws(GrammarError) -> RuleID {
    if let rest { return try rule(rest) }
    return try builder.anyValue()
  }

  /// A value of which all facts hold.
  private mutating func value(
    _ facts: SchemaFacts, _ pointer: String, _ from: StateID
  ) throws(GrammarError) -> StateID {
    let end = try builder.state(like: from)
    if let group = facts.groups.first {
      var rest = facts
      rest.groups.removeFirst()
      for choice in group {
        if rest.isFree {
          builder.call(try rule(choice), from, end)
        } else {
          let both = try rest.and(try reader.facts(choice), pointer: choice.pointer)
          try reader.spend(1 + (both.values?.count ?? 0) + both.objects.properties.count, choice.pointer)
          builder.empty(try value(both, choice.pointer, from), end)
        }
      }
      return end
    }
    if let values = facts.values {
      var allowed: [JSON] = []
      for value in values where try facts.allows(value, pointer) { allowed.append(value) }
      builder.empty(try builder.oneOf(allowed.map { $0.serialized() }, from), end)
      return end
    }
    if facts.isFree {
      builder.call(try builder.anyValue(), from, end)
      return end
    }
    if facts.types.contains(.null) { builder.empty(try builder.literal("null", from), end) }
    if facts.types.contains(.boolean) {
      for word in ["true", "false"] { builder.empty(try builder.literal(word, from), end) }
    }
    if facts.types.contains(.fraction) {
      builder.call(try leaf(.number(facts.numbers), pointer), from, end)
    } else if facts.types.contains(.integer) {
      builder.call(try leaf(.integer(facts.numbers), pointer), from, end)
    }
    if facts.types.contains(.string) { builder.call(try leaf(.string(facts.strings), pointer), from, end) }
    if facts.types.contains(.array), let rule = try array(facts.arrays) { builder.call(rule, from, end) }
    if facts.types.contains(.object), let rule = try object(facts.objects, pointer) { builder.call(rule, from, end) }
    return end
  }

  private mutating func leaf(_ leaf: Leaf, _ pointer: String) throws(GrammarError) -> RuleID {
    if let known = leaves[leaf] { return known }
    let rule = try builder.declare()
    leaves[leaf] = rule
    let start = builder.start(of: rule)
    let end =
      switch leaf {
      case .integer(let bounds): try builder.integer(bounds, start)
      case .number(let bounds): try builder.number(bounds, start)
      case .string(let facts): try string(facts, pointer, start)
      }
    builder.end(end)
    return rule
  }

  private mutating func string(
    _ facts: SchemaFacts.StringFacts, _ pointer: String, _ from: StateID
  ) throws(GrammarError) -> StateID {
    if let high = facts.high, high < facts.low { return try builder.state(like: from) }
    var pattern = facts.pattern
    if let format = facts.format {
      guard let known = StringFormat.patterns[format] else {
        throw .unsupported(
          keyword: "format", pointer: pointer,
          reason: "'\(format.prefix(80))' is none of \(StringFormat.patterns.keys.sorted().joined(separator: ", "))")
      }
      guard pattern == nil else {
        throw .unsupported(keyword: "pattern", pointer: pointer, reason: "a format applies to the same string")
      }
      pattern = known
    }
    guard let pattern else { return try builder.string(from, low: facts.low, high: facts.high) }
    let regex = try RegexParser.parse(pattern, pointer: pointer)
    let automaton = try CodePointAutomaton(regex, low: facts.low, high: facts.high, pointer: pointer)
    return try builder.string(automaton, from)
  }

  /// Nil where no array can be.
  private mutating func array(_ facts: SchemaFacts.ArrayFacts) throws(GrammarError) -> RuleID? {
    if let high = facts.high, high < facts.low { return nil }
    let rule = try builder.declare(container: true)
    var shape = ArrayShape(prefix: [], rest: nil, low: facts.low, high: facts.high)
    for item in facts.prefix { shape.prefix.append(try self.rule(item)) }
    if facts.rest?.schema != false { shape.rest = try self.rule(rest: facts.rest) }
    builder.end(try builder.array(shape, builder.start(of: rule)))
    return rule
  }

  /// Nil where no object can be.
  private mutating func object(
    _ facts: SchemaFacts.ObjectFacts, _ pointer: String
  ) throws(GrammarError) -> RuleID? {
    let isClosed = facts.rest?.schema == false
    var shape = ObjectShape(properties: [])
    let required = Set(facts.required)
    for (name, schema) in facts.properties {
      let text = String(decoding: name, as: UTF8.self)
      if schema.schema == false {
        if required.contains(name) { return nil }
        shape.forbidden.append(text)
      } else {
        shape.properties.append(.init(name: text, value: try rule(schema), isRequired: required.contains(name)))
      }
    }
    let named = Set(facts.properties.map(\.name))
    var added: Set<[UInt8]> = []
    for name in facts.required where !named.contains(name) && added.insert(name).inserted {
      if isClosed { return nil }
      let value = try rule(rest: facts.rest)
      shape.properties.append(.init(name: String(decoding: name, as: UTF8.self), value: value, isRequired: true))
    }
    if !isClosed { shape.rest = try rule(rest: facts.rest) }
    // Members are not counted: only bounds that hold for every answer are accepted.
    if facts.low > required.count {
      throw .unsupported(
        keyword: "minProperties", pointer: pointer, reason: "it asks for more members than 'required' does")
    }
    if let high = facts.high, !isClosed || high < shape.properties.count {
      throw .unsupported(
        keyword: "maxProperties", pointer: pointer, reason: "it allows fewer members than 'properties' does")
    }
    let rule = try builder.declare(container: true)
    builder.end(try builder.object(shape, builder.start(of: rule)))
    return rule
  }
}

extension SchemaFacts {
  /// Whether nothing is asked.
  var isFree: Bool { types == .all && values == nil && groups.isEmpty && !hasOtherFacts }

  /// Whether one of `values` satisfies all other facts.
  ///
  /// - Throws: `unsupported` for values whose other facts would need a validator.
  func allows(_ value: JSON, _ pointer: String) throws(GrammarError) -> Bool {
    guard types.isSuperset(of: SchemaTypes(of: value)) else { return false }
    let isChecked: Bool
    switch value {
    case .null, .bool: isChecked = true
    case .number(let literal):
      guard let number = Decimal(literal), numbers.multipleOf == nil else {
        isChecked = numbers == .free
        break
      }
      if let low = numbers.low, number < low.value || (low.isOpen && number == low.value) { return false }
      if let high = numbers.high, number > high.value || (high.isOpen && number == high.value) { return false }
      isChecked = true
    case .string(let text):
      let count = text.unicodeScalars.count
      if count < strings.low || count > strings.high ?? Int.max { return false }
      isChecked = strings.pattern == nil && strings.format == nil
    case .array: isChecked = arrays == ArrayFacts()
    case .object: isChecked = objects == ObjectFacts()
    }
    guard isChecked else {
      throw .unsupported(
        keyword: "enum", pointer: pointer, reason: "with a further assertion about the same values; leave that out")
    }
    return true
  }
}

extension GrammarError {
  /// The same with a place, where the part of the program that noticed knew none.
  fileprivate func located(at pointer: String) -> GrammarError {
    if case .limit(let name, let limit, let got, "") = self {
      return .limit(name: name, limit: limit, got: got, pointer: pointer)
    }
    return self
  }
}
