internal import Codec

/// One keyword of a schema with its value.
struct SchemaKeyword {
  typealias Located = SchemaFacts.Located

  let member: JSONMember
  let schemaPointer: String

  init(member: JSONMember, pointer: String) {
    self.member = member
    schemaPointer = pointer
  }

  /// Reads a keyword that speaks about one kind of value; false for any other.
  func read(into facts: inout SchemaFacts) throws(GrammarError) -> Bool {
    switch member.name {
    case "type": facts.types.formIntersection(try types())
    case "enum": facts = try facts.and(onlyValues(try list("a list of values")), pointer: schemaPointer)
    case "const": facts = try facts.and(onlyValues([member.value]), pointer: schemaPointer)
    case "minLength": facts.strings.low = max(facts.strings.low, try count())
    case "maxLength": facts.strings.high = SchemaFacts.least(facts.strings.high, try count())
    case "pattern": facts.strings.pattern = try string()
    case "format": facts.strings.format = try string()
    case "minimum": facts.numbers.raise(to: NumberBounds.End(value: try number(), isOpen: false))
    case "exclusiveMinimum": facts.numbers.raise(to: NumberBounds.End(value: try number(), isOpen: true))
    case "maximum": facts.numbers.lower(to: NumberBounds.End(value: try number(), isOpen: false))
    case "exclusiveMaximum": facts.numbers.lower(to: NumberBounds.End(value: try number(), isOpen: true))
    case "multipleOf": facts.numbers.multipleOf = try divisor()
    case "items": facts.arrays.rest = schema()
    case "prefixItems": facts.arrays.prefix = try schemas()
    case "minItems": facts.arrays.low = max(facts.arrays.low, try count())
    case "maxItems": facts.arrays.high = SchemaFacts.least(facts.arrays.high, try count())
    case "uniqueItems":
      guard let unique = member.value.boolValue else { throw invalid("a boolean") }
      if unique { throw unsupported("what was written before is not remembered") }
    case "properties": facts.objects.properties = try properties()
    case "required": facts.objects.required = try names()
    case "additionalProperties": facts.objects.rest = schema()
    case "minProperties": facts.objects.low = max(facts.objects.low, try count())
    case "maxProperties": facts.objects.high = SchemaFacts.least(facts.objects.high, try count())
    default: return false
    }
    return true
  }

  private func onlyValues(_ values: [JSON]) throws(GrammarError) -> SchemaFacts {
    guard values.count <= GrammarLimits.enumValues else {
      throw .limit(
        name: "the number of values of '\(member.name)'", limit: GrammarLimits.enumValues, got: values.count,
        pointer: schemaPointer)
    }
    var facts = SchemaFacts()
    facts.values = values
    return facts
  }

  func invalid(_ expected: String) -> GrammarError {
    .invalid(keyword: member.name, pointer: schemaPointer, expected: expected)
  }

  func unsupported(_ reason: String = "it cannot be enforced while an answer is written") -> GrammarError {
    .unsupported(keyword: String(member.name.prefix(80)), pointer: schemaPointer, reason: reason)
  }

  func string() throws(GrammarError) -> String {
    guard let text = member.value.stringValue else { throw invalid("a string") }
    return text
  }

  private func list(_ expected: String) throws(GrammarError) -> [JSON] {
    guard let items = member.value.arrayValue, !items.isEmpty else { throw invalid("\(expected), not empty") }
    return items
  }

  private func types() throws(GrammarError) -> SchemaTypes {
    let expected = "a type of JSON Schema, or a list of them"
    let names = if case .string = member.value { [member.value] } else { try list(expected) }
    var types: SchemaTypes = []
    for name in names {
      guard let type = name.stringValue.flatMap({ SchemaTypes.named[$0] }) else { throw invalid(expected) }
      types.formUnion(type)
    }
    return types
  }

  private func number() throws(GrammarError) -> Decimal {
    guard let literal = member.value.numberLiteral else { throw invalid("a number") }
    guard let value = Decimal(literal) else {
      throw unsupported("the exponent of \(literal.prefix(80)) is beyond \(Decimal.exponentMax)")
    }
    return value
  }

  /// A length or number of items.
  private func count() throws(GrammarError) -> Int {
    let value = try number()
    guard value.isInteger, !value.isNegative else { throw invalid("an integer that is not negative") }
    return min(value.floor ?? Self.countMax, Self.countMax)
  }

  /// Far above every limit of states, so that a larger bound is as good.
  private static let countMax = 1 << 32

  private func divisor() throws(GrammarError) -> Int {
    let value = try number()
    guard !value.isNegative, !value.isZero else { throw invalid("a number above 0") }
    guard value.isInteger else { throw unsupported("only integers are divisors here") }
    let divisor = value.floor ?? Int.max
    guard divisor <= GrammarLimits.multipleOf else {
      throw .limit(
        name: "'multipleOf'", limit: GrammarLimits.multipleOf, got: divisor, pointer: schemaPointer)
    }
    return divisor
  }

  private func names() throws(GrammarError) -> [[UInt8]] {
    guard let items = member.value.arrayValue else { throw invalid("a list of strings") }
    var names: [[UInt8]] = []
    for item in items {
      guard let name = item.stringValue else { throw invalid("a list of strings") }
      names.append(Array(name.utf8))
    }
    return names
  }

  private func schema() -> Located { Located(schema: member.value, pointer: pointer(member.name)) }

  func schemas() throws(GrammarError) -> [Located] {
    let items = try list("a list of schemas")
    guard items.count <= GrammarLimits.alternatives else {
      throw .limit(
        name: "the number of schemas of '\(member.name)'", limit: GrammarLimits.alternatives, got: items.count,
        pointer: schemaPointer)
    }
    return items.enumerated().map { Located(schema: $1, pointer: pointer("\(member.name)/\($0)")) }
  }

  private func properties() throws(GrammarError) -> [(name: [UInt8], schema: Located)] {
    guard let members = member.value.objectValue else { throw invalid("an object of schemas") }
    guard members.count <= GrammarLimits.properties else {
      throw .limit(
        name: "the number of properties", limit: GrammarLimits.properties, got: members.count, pointer: schemaPointer)
    }
    return members.map { property in
      let name = property.name.replacing("~", with: "~0").replacing("/", with: "~1")
      return (
        Array(property.name.utf8), Located(schema: property.value, pointer: pointer("properties/\(name)"))
      )
    }
  }

  private func pointer(_ path: String) -> String { "\(schemaPointer)/\(path)" }
}
