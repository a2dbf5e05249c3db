extension CodePointAutomaton {
  /// The strings that `regex` matches as a whole, of at least `low` and at most `high` characters (nil: any number).
  ///
  /// - Throws: `limit` where the automaton would have too many states.
  init(_ regex: Regex, low: Int = 0, high: Int? = nil, pointer: String) throws(GrammarError) {
    var nfa = RegexNFA(pointer: pointer)
    let begin = try nfa.state()
    let final = try nfa.add(regex, begin)
    nfa.final = final
    // A state of the result: states of the expression, and characters so far as far as they matter.
    struct Key: Hashable {
      var states: [Int]
      var count: Int
    }
    let countMax = high ?? low
    var keys = [Key(states: try nfa.closure([begin]), count: 0)]
    var known = [keys[0]: 0]
    var index = 0
    while index < keys.count {
      let key = keys[index]
      index += 1
      accepting.append(key.count >= low && key.states.contains(final))
      var edges: [Edge] = []
      if high == nil || key.count < countMax {
        for (range, targets) in try nfa.moves(key.states) {
          let next = Key(states: try nfa.closure(targets), count: min(key.count + 1, countMax))
          let target = known[next] ?? keys.count
          if target == keys.count {
            known[next] = target
            keys.append(next)
            guard keys.count <= GrammarLimits.patternDFAStates else {
              throw .limit(
                name: "the number of states of the automaton of 'pattern'", limit: GrammarLimits.patternDFAStates,
                got: keys.count, pointer: pointer)
            }
          }
          if let last = edges.last, last.target == target, last.range.upperBound + 1 == range.lowerBound {
            edges[edges.count - 1].range = last.range.lowerBound...range.upperBound
          } else {
            edges.append(Edge(range: range, target: target))
          }
        }
      }
      self.edges.append(edges)
    }
  }
}

/// Thompson's construction (CACM 1968).
private struct RegexNFA {
  let pointer: String
  private var moves: [[(set: CodePointSet, target: Int)]] = []
  private var empty: [[Int]] = []
  var final = 0
  /// States and ranges looked at so far.
  private var work = 0

  init(pointer: String) { self.pointer = pointer }

  mutating func state() throws(GrammarError) -> Int {
    guard moves.count < GrammarLimits.patternStates else {
      throw .limit(
        name: "the number of states of 'pattern'", limit: GrammarLimits.patternStates, got: moves.count + 1,
        pointer: pointer)
    }
    moves.append([])
    empty.append([])
    return moves.count - 1
  }

  /// Adds `regex` from a state and returns where it ends.
  mutating func add(_ regex: Regex, _ from: Int) throws(GrammarError) -> Int {
    switch regex {
    case .set(let set):
      let end = try state()
      if !set.isEmpty { moves[from].append((set, end)) }
      return end
    case .sequence(let parts):
      var at = from
      for part in parts { at = try add(part, at) }
      return at
    case .choice(let choices):
      let end = try state()
      for choice in choices {
        let begin = try state()
        empty[from].append(begin)
        empty[try add(choice, begin)].append(end)
      }
      return end
    case .repeated(let part, let low, let high):
      var at = from
      for _ in 0..<low { at = try add(part, at) }
      let end = try state()
      guard let high else {
        let loop = try state()
        empty[at].append(loop)
        empty[try add(part, loop)].append(loop)
        empty[loop].append(end)
        return end
      }
      for _ in low..<high {
        empty[at].append(end)
        // A state of its own, so that what the part adds does not begin where the repeat may end.
        let begin = try state()
        empty[at].append(begin)
        at = try add(part, begin)
      }
      empty[at].append(end)
      return end
    case .lineStart, .lineEnd: return from
    }
  }

  /// The states with moves, and the final one, that are reached without a character.
  mutating func closure(_ states: [Int]) throws(GrammarError) -> [Int] {
    var seen = Set(states)
    var open = Array(seen)
    while let state = open.popLast() {
      for target in empty[state] where seen.insert(target).inserted { open.append(target) }
    }
    try spend(seen.count)
    return seen.filter { $0 == final || !moves[$0].isEmpty }.sorted()
  }

  private mutating func spend(_ steps: Int) throws(GrammarError) {
    work += steps
    guard work <= GrammarLimits.patternWork else {
      throw .limit(
        name: "the work to make 'pattern' deterministic", limit: GrammarLimits.patternWork, got: work, pointer: pointer)
    }
  }

  /// Ascending ranges that no outgoing set tells apart, with the states that each leads to.
  mutating func moves(_ states: [Int]) throws(GrammarError) -> [(ClosedRange<UInt32>, [Int])] {
    let out = states.flatMap { moves[$0] }
    var begins: Set<UInt32> = []
    for range in out.lazy.flatMap(\.set.ranges) {
      begins.insert(range.lowerBound)
      begins.insert(range.upperBound + 1)
    }
    let cuts = begins.sorted()
    try spend(cuts.count * out.count)
    var result: [(ClosedRange<UInt32>, [Int])] = []
    for (low, end) in zip(cuts, cuts.dropFirst()) {
      let targets = Set(out.filter { $0.set.contains(low) }.map(\.target)).sorted()
      if !targets.isEmpty { result.append((low...end - 1, targets)) }
    }
    return result
  }
}
