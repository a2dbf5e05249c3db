internal import Codec

extension SchemaReader {
  /// `oneOf` is what `anyOf` is where no value satisfies two of its schemas. That must be plain from their types, from
  /// their values, or from a required property of objects of which the same is true.
  mutating func requireDisjoint(
    _ choices: [Located], following: [[UInt8]], _ pointer: String
  ) throws(GrammarError) {
    let key = JSON.array(choices.map(\.schema)).serialized()
    guard disjoint.insert(key).inserted else { return }
    var all: [SchemaFacts] = []
    for choice in choices { all.append(try facts(choice, following: following)) }
    for second in all.indices {
      for first in 0..<second where try !areDisjoint(all[first], all[second], depth: 0, pointer) {
        throw .unsupported(
          keyword: "oneOf", pointer: pointer,
          reason: "its schemas \(first) and \(second) may both hold; give each a required property with its own const, "
            + "or use anyOf")
      }
    }
  }

  private mutating func areDisjoint(
    _ a: SchemaFacts, _ b: SchemaFacts, depth: Int, _ pointer: String
  ) throws(GrammarError) -> Bool {
    try spend(1, pointer)
    if a.types.isDisjoint(with: b.types) { return true }
    if let x = a.values, let y = b.values {
      try spend(x.count + y.count, pointer)
      let keys = Set(x.map(\.valueKey))
      return !y.contains { keys.contains($0.valueKey) }
    }
    guard depth < 4, a.types.intersection(b.types) == .object else { return false }
    for name in a.objects.required where b.objects.required.contains(name) {
      guard let x = a.objects.schema(of: name), let y = b.objects.schema(of: name) else { continue }
      let (one, other) = (try facts(x), try facts(y))
      if try areDisjoint(one, other, depth: depth + 1, pointer) { return true }
    }
    return false
  }
}
