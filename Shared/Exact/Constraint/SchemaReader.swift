internal import Codec

/// Reads schemas of one document (draft 2020-12): every keyword is either understood in full, known to say nothing about
/// validity, or refused by name.
struct SchemaReader {
  typealias Located = SchemaFacts.Located

  let root: JSON
  /// Pointer of the document itself, put before every pointer of a message.
  let base: String
  /// Schemas, values and members looked at so far: bounds the products of `anyOf` and `allOf`.
  private(set) var visits = 0
  /// `oneOf` lists that were found disjoint or are being looked at.
  var disjoint: Set<[UInt8]> = []

  /// Keywords that describe a schema and assert nothing (`$defs` only holds schemas).
  static let annotations: Set<String> = [
    "title", "description", "default", "examples", "$schema", "$comment", "$defs", "definitions", "deprecated",
    "readOnly", "writeOnly",
  ]

  init(root: JSON, base: String) {
    self.root = root
    self.base = base
  }

  /// Schemas that are being read or compiled, each for the one before.
  private var chain = 0

  /// Begins a schema for the sake of another; `leave` ends it.
  mutating func enter(_ pointer: String) throws(GrammarError) {
    guard chain < GrammarLimits.schemaChain else {
      throw .limit(
        name: "the number of schemas inside each other, references included", limit: GrammarLimits.schemaChain,
        got: chain + 1, pointer: pointer)
    }
    chain += 1
  }

  mutating func leave() { chain -= 1 }

  mutating func spend(_ units: Int, _ pointer: String) throws(GrammarError) {
    visits += units
    guard visits <= GrammarLimits.schemaVisits else {
      throw .limit(
        name: "the number of schemas and values to combine", limit: GrammarLimits.schemaVisits, got: visits,
        pointer: pointer)
    }
  }

  /// What a schema asks, with its references followed and its conjunctions made.
  ///
  /// - Parameter following: the references that led here without a value between.
  mutating func facts(_ located: Located, following: [[UInt8]] = []) throws(GrammarError) -> SchemaFacts {
    let pointer = located.pointer
    try spend(1, pointer)
    try enter(pointer)
    defer { leave() }
    var facts = SchemaFacts()
    switch located.schema {
    case .bool(true): return facts
    case .bool(false):
      facts.types = []
      return facts
    case .object(let members):
      let keywords = members.map { SchemaKeyword(member: $0, pointer: pointer) }
      // First what stands here: `additionalProperties` speaks of the `properties` beside it, not of those of a reference.
      var applied: [SchemaKeyword] = []
      for keyword in keywords where try !keyword.read(into: &facts) { applied.append(keyword) }
      for keyword in applied { try apply(keyword, to: &facts, following: following) }
      try spend((facts.values?.count ?? 0) + facts.objects.properties.count, pointer)
      return facts
    default: throw .invalid(keyword: "schema", pointer: pointer, expected: "an object or a boolean")
    }
  }

  /// Adds a keyword that refers to schemas for the same value.
  private mutating func apply(
    _ keyword: SchemaKeyword, to facts: inout SchemaFacts, following: [[UInt8]]
  ) throws(GrammarError) {
    let pointer = keyword.schemaPointer
    switch keyword.member.name {
    case "$ref":
      let target = try resolve(keyword)
      guard !following.contains(target.key), following.count < GrammarLimits.schemaDepth else {
        throw .circular(pointer: pointer)
      }
      let asked = try self.facts(target.located, following: following + [target.key])
      facts = try facts.and(asked, pointer: pointer)
    case "allOf":
      for part in try keyword.schemas() {
        facts = try facts.and(try self.facts(part, following: following), pointer: pointer)
        try spend((facts.values?.count ?? 0) + facts.objects.properties.count, pointer)
      }
    case "anyOf": facts.groups.append(try keyword.schemas())
    case "oneOf":
      let choices = try keyword.schemas()
      try requireDisjoint(choices, following: following, pointer)
      facts.groups.append(choices)
    case "$id" where pointer == base: break
    default:
      guard Self.annotations.contains(keyword.member.name) else { throw keyword.unsupported() }
    }
  }

  /// The schema that a `$ref` names: `#`, or a JSON pointer from the root as a fragment.
  private func resolve(_ keyword: SchemaKeyword) throws(GrammarError) -> (located: Located, key: [UInt8]) {
    let reference = try keyword.string()
    let unresolved = GrammarError.unresolved(reference: reference, pointer: keyword.schemaPointer)
    guard reference.utf8.first == UInt8(ascii: "#") else {
      throw .unsupported(
        keyword: "$ref", pointer: keyword.schemaPointer,
        reason: "only references within the schema ('#/...') are followed")
    }
    guard let path = Self.percentDecoded(reference.utf8.dropFirst()) else { throw unresolved }
    var at = root
    if !path.isEmpty {
      guard path.first == UInt8(ascii: "/") else {
        throw .unsupported(keyword: "$ref", pointer: keyword.schemaPointer, reason: "it names an anchor")
      }
      for part in path.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
        let name = String(decoding: part, as: UTF8.self).replacing("~1", with: "/").replacing("~0", with: "~")
        guard let next = at[name] ?? Int(name).flatMap({ at[$0] }) else { throw unresolved }
        at = next
      }
    }
    return (Located(schema: at, pointer: base + String(decoding: path, as: UTF8.self)), path)
  }

  private static func percentDecoded(_ text: some Sequence<UInt8>) -> [UInt8]? {
    var out: [UInt8] = []
    var rest = Array(text)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        out.append(byte)
        continue
      }
      guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
        return nil
      }
      out.append(value)
      rest = rest.dropFirst(2)
    }
    return out
  }
}
