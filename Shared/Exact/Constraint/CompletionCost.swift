/// The fewest bytes from each state of a program to the end of its rule, exactly, for each number of arrays and objects
/// that may still be opened. `infinite` where the rule cannot end: no such place is ever entered, so that an answer
/// never runs into a dead end, and a budget of bytes can be kept to the byte.
///
/// Knuth, "A generalization of Dijkstra's algorithm" (Information Processing Letters 6, 1977), once a level; levels that
/// repeat the one before are not stored.
struct CompletionCost: Sendable {
  static let infinite: UInt32 = 1 << 30

  /// `levels[n][state]`: at most `n` containers deeper than the rule of the state.
  private let levels: [[UInt32]]

  /// - Parameter bytes: those that may be counted on; an edge with none of them ends nothing.
  init(_ program: ByteProgram, bytes: ByteSet) {
    let links = ReverseLinks(program, bytes: bytes)
    var levels = [links.costs(program, inner: nil)]
    while levels.count <= GrammarLimits.answerDepth {
      let next = links.costs(program, inner: levels[levels.count - 1])
      if next == levels[levels.count - 1] { break }
      levels.append(next)
    }
    self.levels = levels
  }

  func callAsFunction(_ state: ByteProgram.StateID, levels left: Int) -> UInt32 {
    left < 0 ? Self.infinite : levels[min(left, levels.count - 1)][Int(state)]
  }
}

/// Who depends on the cost of a state.
private struct ReverseLinks {
  private struct Link {
    /// The state whose cost may fall.
    var source: UInt32
    /// Bytes of the edge: 1, or 0 for an empty one and for calls.
    var bytes: UInt32
    /// The other half of a call: the return target for its start, the start for its return target.
    var other: UInt32?
    /// Whether a call enters a container, whose start is taken from the level below.
    var entersContainer: Bool
  }

  private var first: [Int] = []
  private var links: [Link] = []

  init(_ program: ByteProgram, bytes: ByteSet) {
    var pairs: [(to: UInt32, link: Link)] = []
    for (id, state) in program.states.enumerated() {
      let source = UInt32(id)
      for edge in state.bytes where bytes.containsAny(edge.low, edge.high) {
        pairs.append((edge.target, Link(source: source, bytes: 1, other: nil, entersContainer: false)))
      }
      for target in state.empty {
        pairs.append((target, Link(source: source, bytes: 0, other: nil, entersContainer: false)))
      }
      for call in state.calls {
        let rule = program.rules[Int(call.rule)]
        pairs.append(
          (call.target, Link(source: source, bytes: 0, other: rule.start, entersContainer: rule.isContainer)))
        if !rule.isContainer {
          pairs.append((rule.start, Link(source: source, bytes: 0, other: call.target, entersContainer: false)))
        }
      }
    }
    // Counting sort by the state that is depended on.
    first = [Int](repeating: 0, count: program.states.count + 1)
    for pair in pairs { first[Int(pair.to) + 1] += 1 }
    for index in 1..<first.count { first[index] += first[index - 1] }
    var next = first
    links = pairs.map(\.link)
    for pair in pairs {
      links[next[Int(pair.to)]] = pair.link
      next[Int(pair.to)] += 1
    }
  }

  /// One level; `inner` is the level below, nil where no container may be entered.
  func costs(_ program: ByteProgram, inner: [UInt32]?) -> [UInt32] {
    var costs = [UInt32](repeating: CompletionCost.infinite, count: program.states.count)
    var done = [Bool](repeating: false, count: program.states.count)
    var heap = CostHeap()
    for (id, state) in program.states.enumerated() where state.isFinal {
      costs[id] = 0
      heap.push(cost: 0, state: UInt32(id))
    }
    while let (cost, state) = heap.pop() {
      if done[Int(state)] { continue }
      done[Int(state)] = true
      for link in links[first[Int(state)]..<first[Int(state) + 1]] {
        var total = cost + link.bytes
        if let other = link.other {
          let part = link.entersContainer ? inner?[Int(other)] ?? CompletionCost.infinite : costs[Int(other)]
          // Of a call within the level, the half that is settled later computes the sum.
          if part >= CompletionCost.infinite || (!link.entersContainer && !done[Int(other)]) { continue }
          total += part
        }
        if total < costs[Int(link.source)] {
          costs[Int(link.source)] = total
          heap.push(cost: total, state: link.source)
        }
      }
    }
    return costs
  }
}

/// A binary heap of (cost, state), least first.
private struct CostHeap {
  private var keys: [UInt64] = []

  mutating func push(cost: UInt32, state: UInt32) {
    keys.append(UInt64(cost) << 32 | UInt64(state))
    var at = keys.count - 1
    while at > 0, keys[at] < keys[(at - 1) / 2] {
      keys.swapAt(at, (at - 1) / 2)
      at = (at - 1) / 2
    }
  }

  mutating func pop() -> (cost: UInt32, state: UInt32)? {
    guard let top = keys.first, let last = keys.popLast() else { return nil }
    if !keys.isEmpty {
      keys[0] = last
      var at = 0
      while true {
        var least = at
        for child in [2 * at + 1, 2 * at + 2] where child < keys.count && keys[child] < keys[least] { least = child }
        if least == at { break }
        keys.swapAt(at, least)
        at = least
      }
    }
    return (UInt32(top >> 32), UInt32(truncatingIfNeeded: top))
  }
}
