/// A grammar over bytes: a recursive transition network (Woods, CACM 1970). Each rule is a nondeterministic automaton
/// that may call rules and continues where it called. Immutable; `GrammarArena` makes it deterministic while it runs.
struct ByteProgram: Sendable {
  typealias StateID = UInt32
  typealias RuleID = UInt32

  struct ByteEdge: Sendable {
    var low: UInt8
    var high: UInt8
    var target: StateID
  }

  struct CallEdge: Sendable {
    var rule: RuleID
    /// Where the caller goes on.
    var target: StateID
  }

  struct State: Sendable {
    var bytes: [ByteEdge] = []
    var empty: [StateID] = []
    var calls: [CallEdge] = []
    /// The rule may end here.
    var isFinal = false
    var rule: RuleID
  }

  struct Rule: Sendable {
    var start: StateID
    /// Whether the rule is an array or object, which counts for the depth of an answer.
    var isContainer: Bool
  }

  var states: [State] = []
  var rules: [Rule] = []
  /// The rule of the whole answer.
  var root: RuleID = 0

  /// Bytes that some edge takes.
  var usedBytes: ByteSet {
    var used = ByteSet()
    var seen = [Bool](repeating: false, count: 1 << 16)
    for edge in states.lazy.flatMap(\.bytes) {
      let key = Int(edge.low) << 8 | Int(edge.high)
      if seen[key] { continue }
      seen[key] = true
      for byte in edge.low...edge.high { used.insert(byte) }
    }
    return used
  }
}

/// Bytes that no edge of a program tells apart.
struct ByteClasses: Sendable {
  private(set) var classOf = [UInt8](repeating: 0, count: 256)
  /// One byte of each class.
  private(set) var representative: [UInt8] = [0]

  var count: Int { representative.count }

  init(_ program: ByteProgram) {
    var begins = [Bool](repeating: false, count: 257)
    for edge in program.states.lazy.flatMap(\.bytes) {
      begins[Int(edge.low)] = true
      begins[Int(edge.high) + 1] = true
    }
    for byte in 1...255 {
      if begins[byte] { representative.append(UInt8(byte)) }
      classOf[byte] = UInt8(representative.count - 1)
    }
  }
}
