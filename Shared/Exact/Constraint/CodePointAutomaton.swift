/// A deterministic automaton over the characters of a string. State 0 is the start.
struct CodePointAutomaton: Sendable {
  struct Edge: Sendable {
    var range: ClosedRange<UInt32>
    var target: Int
  }

  var edges: [[Edge]] = []
  var accepting: [Bool] = []

  init() {}

  /// Every string of printable characters that is none of `names`.
  init(everythingBut names: [String]) {
    // State 1 has left the prefix tree of the names and never returns.
    edges = [[], CodePointSet.printable.ranges.map { Edge(range: $0, target: 1) }]
    accepting = [true, true]
    var children: [[UInt32: Int]] = [[:], [:]]
    for name in names {
      var at = 0
      for scalar in name.unicodeScalars {
        if children[at][scalar.value] == nil {
          children[at][scalar.value] = edges.count
          edges.append([])
          accepting.append(true)
          children.append([:])
        }
        at = children[at][scalar.value] ?? 1
      }
      accepting[at] = false
    }
    for state in edges.indices where state != 1 {
      let inside = children[state].sorted { $0.key < $1.key }
      let outside = CodePointSet.printable.subtracting(CodePointSet(inside.map { $0.key...$0.key }))
      edges[state] =
        inside.map { Edge(range: $0.key...$0.key, target: $0.value) }
        + outside.ranges.map { Edge(range: $0, target: 1) }
    }
  }
}

extension ProgramBuilder {
  /// A JSON string of the characters that `automaton` accepts, each in its one canonical spelling (RFC 8785).
  mutating func string(_ automaton: CodePointAutomaton, _ from: StateID) throws(GrammarError) -> StateID {
    let open = try literal("\"", from)
    let end = try state(like: from)
    var states: [StateID] = []
    for accepts in automaton.accepting {
      let state = try state(like: from)
      if accepts { edge(state, ByteRange("\""), end) }
      states.append(state)
    }
    empty(open, states[0])
    var tails = states.map { StringTails(to: $0) }
    for (index, edges) in automaton.edges.enumerated() {
      for edge in edges {
        for sequence in JSONSpelling.sequences(edge.range) {
          try tails[edge.target].add(sequence[...], states[index], &self)
        }
      }
    }
    return end
  }
}

/// How a JSON string spells characters: shortest escapes, in lower case.
enum JSONSpelling {
  static func sequences(_ range: ClosedRange<UInt32>) -> [[ByteRange]] {
    let escaped: [(ClosedRange<UInt32>, String)] = [
      (0x00...0x07, "u000"), (0x08...0x08, "b"), (0x09...0x09, "t"), (0x0a...0x0a, "n"), (0x0b...0x0b, "u000"),
      (0x0c...0x0c, "f"), (0x0d...0x0d, "r"), (0x0e...0x0f, "u000"), (0x10...0x19, "u001"), (0x1a...0x1f, "u001"),
      (0x22...0x22, "\""), (0x5c...0x5c, "\\"),
    ]
    var out: [[ByteRange]] = []
    for (block, text) in escaped {
      let low = max(range.lowerBound, block.lowerBound)
      let high = min(range.upperBound, block.upperBound)
      guard low <= high else { continue }
      var sequence = "\\\(text)".unicodeScalars.map { ByteRange($0) }
      if text.count == 4 { sequence.append(ByteRange(low: hexDigit(low & 15), high: hexDigit(high & 15))) }
      out.append(sequence)
    }
    for plain in [0x20...0x21, 0x23...0x5b, 0x5d...0x10ffff] as [ClosedRange<UInt32>] where plain.overlaps(range) {
      out += UTF8Ranges.sequences(plain.clamped(to: range))
    }
    return out
  }

  private static func hexDigit(_ value: UInt32) -> UInt8 {
    UInt8(value < 10 ? 0x30 + value : 0x61 + value - 10)
  }
}
