internal import Codec

/// What one schema asks, with `$ref` and `allOf` resolved: all facts hold together. Schemas inside it stay JSON.
struct SchemaFacts {
  var types: SchemaTypes = .all
  /// The only values allowed (`enum`, `const`).
  var values: [JSON]?
  var strings = StringFacts()
  var numbers = NumberBounds.free
  var arrays = ArrayFacts()
  var objects = ObjectFacts()
  /// `anyOf` and `oneOf`: of each group one schema holds.
  var groups: [[Located]] = []

  /// A schema and where it stands, for messages.
  struct Located: Equatable {
    var schema: JSON
    var pointer: String
  }

  struct StringFacts: Hashable {
    var low = 0
    var high: Int?
    var pattern: String?
    var format: String?
  }

  struct ArrayFacts: Equatable {
    var prefix: [Located] = []
    /// The schema of the items after `prefix`; nil: any.
    var rest: Located?
    var low = 0
    var high: Int?
  }

  struct ObjectFacts: Equatable {
    /// By the bytes of their names: equal text in another normal form is another name.
    var properties: [(name: [UInt8], schema: Located)] = []
    var required: [[UInt8]] = []
    /// The schema of all other members; nil: any.
    var rest: Located?
    var low = 0
    var high: Int?

    static func == (a: Self, b: Self) -> Bool {
      a.properties.map(\.name) == b.properties.map(\.name) && a.properties.map(\.schema) == b.properties.map(\.schema)
        && a.required == b.required && a.rest == b.rest && a.low == b.low && a.high == b.high
    }

    /// The schema of one member; nil: any.
    func schema(of name: [UInt8]) -> Located? { properties.first { $0.name == name }?.schema ?? rest }
  }

  /// Whether anything but `type` and the values is asked.
  var hasOtherFacts: Bool {
    strings != StringFacts() || numbers != .free || arrays != ArrayFacts() || objects != ObjectFacts()
  }

  /// What both ask.
  ///
  /// - Throws: `unsupported` for two patterns or two formats: their intersection is not made.
  func and(_ other: SchemaFacts, pointer: String) throws(GrammarError) -> SchemaFacts {
    var both = self
    both.types.formIntersection(other.types)
    if let values = other.values {
      let keys = Set(values.map(\.valueKey))
      both.values = self.values?.filter { keys.contains($0.valueKey) } ?? values
    }
    both.strings = try strings.and(other.strings, pointer)
    if let low = other.numbers.low { both.numbers.raise(to: low) }
    if let high = other.numbers.high { both.numbers.lower(to: high) }
    if let divisor = other.numbers.multipleOf {
      both.numbers.multipleOf = try Self.commonMultiple(numbers.multipleOf ?? 1, divisor, pointer)
    }
    both.arrays = arrays.and(other.arrays)
    both.objects = objects.and(other.objects)
    both.groups += other.groups
    return both
  }

  private static func commonMultiple(_ a: Int, _ b: Int, _ pointer: String) throws(GrammarError) -> Int {
    var (x, y) = (a, b)
    while y != 0 { (x, y) = (y, x % y) }
    let multiple = a / x * b
    guard multiple <= GrammarLimits.multipleOf else {
      throw .limit(name: "'multipleOf'", limit: GrammarLimits.multipleOf, got: multiple, pointer: pointer)
    }
    return multiple
  }

  /// A schema that asks what both ask; nil: anything.
  static func both(_ a: Located?, _ b: Located?) -> Located? {
    guard let a, a.schema != true else { return b }
    guard let b, b.schema != true, a.schema != b.schema else { return a }
    return Located(schema: .object([JSONMember("allOf", .array([a.schema, b.schema]))]), pointer: a.pointer)
  }

  static func least(_ a: Int?, _ b: Int?) -> Int? {
    guard let a, let b else { return a ?? b }
    return min(a, b)
  }
}

extension SchemaFacts.StringFacts {
  fileprivate func and(_ other: Self, _ pointer: String) throws(GrammarError) -> Self {
    func one(_ keyword: String, _ a: String?, _ b: String?) throws(GrammarError) -> String? {
      guard let a, let b, !a.utf8.elementsEqual(b.utf8) else { return a ?? b }
      throw .unsupported(keyword: keyword, pointer: pointer, reason: "two different ones apply to the same string")
    }
    return Self(
      low: max(low, other.low), high: SchemaFacts.least(high, other.high),
      pattern: try one("pattern", pattern, other.pattern), format: try one("format", format, other.format))
  }
}

extension SchemaFacts.ArrayFacts {
  fileprivate func and(_ other: Self) -> Self {
    var both = self
    both.low = max(low, other.low)
    both.high = SchemaFacts.least(high, other.high)
    both.prefix = (0..<max(prefix.count, other.prefix.count)).map { index in
      let mine = index < prefix.count ? prefix[index] : rest
      let theirs = index < other.prefix.count ? other.prefix[index] : other.rest
      return SchemaFacts.both(mine, theirs) ?? SchemaFacts.Located(schema: true, pointer: "")
    }
    both.rest = SchemaFacts.both(rest, other.rest)
    return both
  }
}

extension SchemaFacts.ObjectFacts {
  fileprivate func and(_ other: Self) -> Self {
    var both = self
    both.low = max(low, other.low)
    both.high = SchemaFacts.least(high, other.high)
    both.required += other.required.filter { !required.contains($0) }
    let mine = Dictionary(properties.map { ($0.name, $0.schema) }) { first, _ in first }
    let theirs = Dictionary(other.properties.map { ($0.name, $0.schema) }) { first, _ in first }
    both.properties = (properties + other.properties.filter { mine[$0.name] == nil }).map { (name, schema) in
      let schema = SchemaFacts.both(mine[name] ?? rest, theirs[name] ?? other.rest)
      return (name, schema ?? SchemaFacts.Located(schema: true, pointer: ""))
    }
    both.rest = SchemaFacts.both(rest, other.rest)
    return both
  }
}
