/// Builds a `ByteProgram` piece by piece. A piece begins at a given state and returns the state where it ends.
struct ProgramBuilder {
  typealias StateID = ByteProgram.StateID
  typealias RuleID = ByteProgram.RuleID

  private(set) var program = ByteProgram()
  /// Rules that every grammar may share, made when first called.
  private var shared: [SharedRule: RuleID] = [:]

  enum SharedRule: Hashable {
    case gap, colonGap, character, value, object
  }

  /// A rule without states but its start; `define` gives it a body.
  mutating func declare(container: Bool = false) throws(GrammarError) -> RuleID {
    let rule = RuleID(program.rules.count)
    program.rules.append(ByteProgram.Rule(start: 0, isContainer: container))
    program.rules[Int(rule)].start = try state(in: rule)
    return rule
  }

  mutating func define(
    _ rule: RuleID, _ body: (inout ProgramBuilder, StateID) throws(GrammarError) -> StateID
  ) throws(GrammarError) {
    let end = try body(&self, program.rules[Int(rule)].start)
    program.states[Int(end)].isFinal = true
  }

  func start(of rule: RuleID) -> StateID { program.rules[Int(rule)].start }

  /// Lets the rule of `state` end there.
  mutating func end(_ state: StateID) { program.states[Int(state)].isFinal = true }

  mutating func shared(
    _ kind: SharedRule, container: Bool = false, _ body: (inout ProgramBuilder, StateID) throws(GrammarError) -> StateID
  ) throws(GrammarError) -> RuleID {
    if let known = shared[kind] { return known }
    let rule = try declare(container: container)
    shared[kind] = rule
    try define(rule, body)
    return rule
  }

  /// A new state in the rule of `other`.
  mutating func state(like other: StateID) throws(GrammarError) -> StateID {
    try state(in: program.states[Int(other)].rule)
  }

  private mutating func state(in rule: RuleID) throws(GrammarError) -> StateID {
    guard program.states.count < GrammarLimits.states else {
      throw .limit(
        name: "the number of states of the grammar", limit: GrammarLimits.states, got: program.states.count + 1,
        pointer: "")
    }
    program.states.append(ByteProgram.State(rule: rule))
    return StateID(program.states.count - 1)
  }

  mutating func edge(_ from: StateID, _ range: ByteRange, _ to: StateID) {
    program.states[Int(from)].bytes.append(ByteProgram.ByteEdge(low: range.low, high: range.high, target: to))
  }

  mutating func empty(_ from: StateID, _ to: StateID) {
    program.states[Int(from)].empty.append(to)
  }

  mutating func call(_ rule: RuleID, _ from: StateID) throws(GrammarError) -> StateID {
    let end = try state(like: from)
    call(rule, from, end)
    return end
  }

  mutating func call(_ rule: RuleID, _ from: StateID, _ to: StateID) {
    program.states[Int(from)].calls.append(ByteProgram.CallEdge(rule: rule, target: to))
  }

  mutating func literal(_ bytes: some Sequence<UInt8>, _ from: StateID) throws(GrammarError) -> StateID {
    var at = from
    for byte in bytes {
      let next = try state(like: at)
      edge(at, ByteRange(low: byte, high: byte), next)
      at = next
    }
    return at
  }

  mutating func literal(_ text: String, _ from: StateID) throws(GrammarError) -> StateID {
    try literal(text.utf8, from)
  }

  /// One of several texts, as a prefix tree, so that they stay one place while they agree.
  mutating func oneOf(_ texts: [[UInt8]], _ from: StateID) throws(GrammarError) -> StateID {
    let end = try state(like: from)
    var children: [UInt64: StateID] = [:]
    // A state of its own: `from` may have other edges.
    let root = try state(like: from)
    empty(from, root)
    for text in texts {
      var at = root
      for byte in text {
        let key = UInt64(at) << 8 | UInt64(byte)
        if let known = children[key] {
          at = known
        } else {
          let next = try literal(CollectionOfOne(byte), at)
          children[key] = next
          at = next
        }
      }
      empty(at, end)
    }
    return end
  }

  /// At least `low` and at most `high` (nil: any number) digits.
  mutating func digits(_ low: Int, _ high: Int, _ from: StateID) throws(GrammarError) -> StateID {
    let end = try state(like: from)
    var at = from
    for count in 0...high {
      if count >= low { empty(at, end) }
      if count == high { break }
      let next = try state(like: at)
      edge(at, .digit, next)
      at = next
    }
    return end
  }

  func finish(root: RuleID) -> ByteProgram {
    var program = program
    program.root = root
    return program
  }
}

extension ByteRange {
  static let digit = ByteRange(low: UInt8(ascii: "0"), high: UInt8(ascii: "9"))

  init(_ character: Unicode.Scalar) { self.init(low: UInt8(ascii: character), high: UInt8(ascii: character)) }
}
