/// JSON (RFC 8259) as rules.
///
/// White space: none before and after the answer, before ':' and before ','; at most one space after ':'; after '{',
/// '[' and ',' and before '}' and ']' nothing, one space, or one line feed with at most 32 spaces. This covers compact
/// and indented output of every usual writer, and no answer can run away in white space.
extension ProgramBuilder {
  /// White space between two tokens of JSON.
  mutating func gap(_ from: StateID) throws(GrammarError) -> StateID {
    let rule = try shared(.gap) { (builder, start) throws(GrammarError) in
      let end = try builder.state(like: start)
      builder.empty(start, end)
      builder.edge(start, ByteRange(" "), end)
      var at = try builder.literal("\n", start)
      for _ in 0..<GrammarLimits.indent {
        builder.empty(at, end)
        at = try builder.literal(" ", at)
      }
      builder.empty(at, end)
      return end
    }
    return try call(rule, from)
  }

  /// ':' and at most one space.
  mutating func colon(_ from: StateID) throws(GrammarError) -> StateID {
    let colon = try literal(":", from)
    let end = try literal(" ", colon)
    empty(colon, end)
    return end
  }

  /// One character of a string from `from` to `to`, in any spelling: itself, a short escape, `\u` of a scalar, or `\u`
  /// of both halves of a surrogate pair.
  mutating func anyCharacter(_ from: StateID, _ to: StateID) throws(GrammarError) {
    var tails = StringTails(to: to)
    for sequence in UTF8Ranges.plainCharacters { try tails.add(sequence[...], from, &self) }
    let escape = try literal("\\", from)
    for short in "\"\\/bfnrt".unicodeScalars { edge(escape, ByteRange(short), to) }
    let unit = try literal("u", escape)
    let hex: [ByteRange] = [.digit, ByteRange(low: 0x41, high: 0x46), ByteRange(low: 0x61, high: 0x66)]
    let last = try state(like: from)
    let third = try state(like: from)
    let second = try state(like: from)
    for range in hex {
      edge(last, range, to)
      edge(third, range, last)
      edge(second, range, third)
    }
    for (low, high) in [("0", "9"), ("A", "C"), ("E", "F"), ("a", "c"), ("e", "f")]
      as [(Unicode.Scalar, Unicode.Scalar)]
    {
      edge(unit, ByteRange(low: UInt8(ascii: low), high: UInt8(ascii: high)), second)
    }
    // D000 to D7FF are scalars, D800 to DBFF begin a pair.
    let afterD = try state(like: from)
    let lead = try state(like: from)
    edge(unit, ByteRange("D"), afterD)
    edge(unit, ByteRange("d"), afterD)
    edge(afterD, ByteRange(low: 0x30, high: 0x37), third)
    for range in [ByteRange(low: 0x38, high: 0x39), ByteRange(low: 0x41, high: 0x42), ByteRange(low: 0x61, high: 0x62)]
    {
      edge(afterD, range, lead)
    }
    let leadLast = try state(like: from)
    let leadEnd = try state(like: from)
    for range in hex {
      edge(lead, range, leadLast)
      edge(leadLast, range, leadEnd)
    }
    let pair = try literal("\\u", leadEnd)
    let trail = try state(like: from)
    edge(pair, ByteRange("D"), trail)
    edge(pair, ByteRange("d"), trail)
    for range in [ByteRange(low: 0x43, high: 0x46), ByteRange(low: 0x63, high: 0x66)] { edge(trail, range, third) }
  }

  /// A string of `low` to `high` characters (nil: any number) in any spelling.
  mutating func string(_ from: StateID, low: Int = 0, high: Int? = nil) throws(GrammarError) -> StateID {
    var at = try literal("\"", from)
    let close = try state(like: from)
    if low > 0 || high != nil {
      let character = try shared(.character) { (builder, start) throws(GrammarError) in
        let end = try builder.state(like: start)
        try builder.anyCharacter(start, end)
        return end
      }
      for count in 0..<(high ?? low) {
        if count >= low { empty(at, close) }
        at = try call(character, at)
      }
    }
    if high == nil {
      // A state of its own for the loop: all characters lead back to it.
      let loop = try state(like: from)
      empty(at, loop)
      try anyCharacter(loop, loop)
      at = loop
    }
    empty(at, close)
    return try literal("\"", close)
  }

  /// A number of at most 15 integer digits, 15 fraction digits and a two-digit exponent.
  mutating func number(_ from: StateID) throws(GrammarError) -> StateID {
    let end = try state(like: from)
    let unsigned = try literal("-", from)
    empty(from, unsigned)
    let whole = try literal("0", unsigned)
    let first = try state(like: from)
    edge(unsigned, ByteRange(low: 0x31, high: 0x39), first)
    empty(try digits(0, GrammarLimits.digits - 1, first), whole)
    let fraction = try digits(1, GrammarLimits.digits, try literal(".", whole))
    empty(whole, fraction)
    empty(fraction, end)
    let exponent = try state(like: from)
    for letter in "eE".unicodeScalars { edge(fraction, ByteRange(letter), exponent) }
    let power = try state(like: from)
    empty(exponent, power)
    for sign in "+-".unicodeScalars { edge(exponent, ByteRange(sign), power) }
    empty(try digits(1, 2, power), end)
    return end
  }

  /// Any JSON value.
  mutating func anyValue() throws(GrammarError) -> RuleID {
    try shared(.value) { (builder, start) throws(GrammarError) in
      let end = try builder.state(like: start)
      for word in ["null", "true", "false"] { builder.empty(try builder.literal(word, start), end) }
      builder.empty(try builder.number(start), end)
      builder.empty(try builder.string(start), end)
      builder.call(try builder.anyObject(), start, end)
      let value = try builder.anyValue()
      let array = try builder.declare(container: true)
      try builder.define(array) { (builder, start) throws(GrammarError) in
        try builder.array(ArrayShape(prefix: [], rest: value, low: 0, high: nil), start)
      }
      builder.call(array, start, end)
      return end
    }
  }

  /// Any JSON object.
  mutating func anyObject() throws(GrammarError) -> RuleID {
    try shared(.object, container: true) { (builder, start) throws(GrammarError) in
      let rest = try builder.anyValue()
      return try builder.object(ObjectShape(properties: [], rest: rest), start)
    }
  }
}

/// Sequences of byte ranges that end in one state, with equal tails shared.
struct StringTails {
  let to: ByteProgram.StateID
  private var known: [ArraySlice<ByteRange>: ByteProgram.StateID] = [:]

  init(to: ByteProgram.StateID) { self.to = to }

  mutating func add(
    _ sequence: ArraySlice<ByteRange>, _ from: ByteProgram.StateID, _ builder: inout ProgramBuilder
  ) throws(GrammarError) {
    guard let first = sequence.first else { return }
    builder.edge(from, first, try state(after: sequence.dropFirst(), like: from, &builder))
  }

  private mutating func state(
    after tail: ArraySlice<ByteRange>, like other: ByteProgram.StateID, _ builder: inout ProgramBuilder
  ) throws(GrammarError) -> ByteProgram.StateID {
    if tail.isEmpty { return to }
    if let state = known[tail] { return state }
    let state = try builder.state(like: other)
    known[tail] = state
    try add(tail, state, &builder)
    return state
  }
}
