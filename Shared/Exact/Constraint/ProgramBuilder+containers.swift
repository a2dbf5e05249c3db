internal import Codec

/// What an array holds. Its rules are values.
struct ArrayShape {
  /// The items at the first places.
  var prefix: [ByteProgram.RuleID]
  /// All items after them; nil: none may follow.
  var rest: ByteProgram.RuleID?
  var low: Int
  var high: Int?
}

/// What an object holds, in the order in which it is written.
struct ObjectShape {
  struct Property {
    var name: String
    var value: ByteProgram.RuleID
    var isRequired: Bool
  }

  var properties: [Property]
  /// The value of every other member, which come after the named; nil: there are none. A name may be written twice.
  var rest: ByteProgram.RuleID?
  /// Names that no other member may have, besides those of `properties`.
  var forbidden: [String] = []
}

extension ProgramBuilder {
  mutating func array(_ shape: ArrayShape, _ from: StateID) throws(GrammarError) -> StateID {
    let end = try state(like: from)
    let open = try literal("[", from)
    if shape.low == 0 { edge(open, ByteRange("]"), end) }
    let close = try state(like: from)
    edge(try gap(close), ByteRange("]"), end)
    // `at` is where the item `count` may begin.
    var at = try gap(open)
    var count = 0
    // One item more than is counted for the loop: the state after it is that after any further.
    let counted = shape.high ?? max(shape.prefix.count, shape.low) + 1
    while count < counted {
      guard let item = count < shape.prefix.count ? shape.prefix[count] : shape.rest else { break }
      let after = try call(item, at)
      count += 1
      if count >= shape.low { empty(after, close) }
      if count == counted {
        if shape.high == nil { empty(try gap(try literal(",", after)), at) }
        break
      }
      at = try gap(try literal(",", after))
    }
    return end
  }

  mutating func object(_ shape: ObjectShape, _ from: StateID) throws(GrammarError) -> StateID {
    let end = try state(like: from)
    let open = try literal("{", from)
    if !shape.properties.contains(where: \.isRequired) { edge(open, ByteRange("}"), end) }
    let close = try state(like: from)
    edge(try gap(close), ByteRange("}"), end)
    // Where a member must begin: that of the property `index`, or of a later one if all between may be left out.
    var next = try gap(open)
    for (index, property) in shape.properties.enumerated() {
      let name = try literal(JSON.string(property.name).serialized(), next)
      let ended = try call(property.value, try colon(name))
      let following = try state(like: from)
      if !property.isRequired { empty(next, following) }
      if !shape.properties[(index + 1)...].contains(where: \.isRequired) { empty(ended, close) }
      empty(try gap(try literal(",", ended)), following)
      next = following
    }
    if let rest = shape.rest {
      let names = CodePointAutomaton(everythingBut: shape.properties.map(\.name) + shape.forbidden)
      let ended = try call(rest, try colon(try string(names, next)))
      empty(ended, close)
      empty(try gap(try literal(",", ended)), next)
    }
    return end
  }
}
