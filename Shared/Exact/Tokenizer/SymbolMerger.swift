/// A stretch of text that is, or may become, a token.
struct MergeSymbol {
  /// `UInt32.max`: no token spells it.
  var token: UInt32
  var range: Range<Int32>
}

/// Which neighbours merge, and how early.
protocol MergeRule {
  func merge(_ left: MergeSymbol, _ right: MergeSymbol) -> Merge?
}

/// Merges neighbouring symbols: the lowest rank first, the leftmost of equals first.
///
/// Symbols form a doubly linked list; candidates wait in a binary heap and are dropped when the pair they name is gone.
/// So n symbols cost O(n log n), whatever the text is.
struct SymbolMerger<Rule: MergeRule> {
  var rule: Rule
  private var symbols: [MergeSymbol] = []
  private var next: [Int32] = []
  private var previous: [Int32] = []
  /// Rank of the merge of the symbol at this position with the next one; `UInt32.max` when there is none.
  private var ranks: [UInt32] = []
  private var results: [UInt32] = []
  /// `rank << 32 | position`: its order is the order of merging.
  private var heap: [UInt64] = []

  init(_ rule: Rule) { self.rule = rule }

  /// Takes the storage of `symbols` and calls `body` with what is left of them, from left to right.
  mutating func merge<Failure: Error>(
    _ input: inout [MergeSymbol], _ body: (MergeSymbol) throws(Failure) -> Void
  ) throws(Failure) {
    swap(&symbols, &input)
    defer { swap(&symbols, &input) }
    let count = symbols.count
    reset(count)
    for position in 0..<count { rate(position) }
    while let entry = popLowest() {
      let position = Int(entry & 0xffff_ffff)
      // Where ranks are equal, the pair that stands now has an entry of this value too: to merge it now is right.
      guard ranks[position] == UInt32(entry >> 32) else { continue }
      absorbNext(position)
    }
    var position = count > 0 ? 0 : -1
    while position >= 0 {
      try body(symbols[position])
      position = Int(next[position])
    }
  }

  /// Keeps the storage of earlier pieces: most pieces are short, and allocation would cost more than merging.
  private mutating func reset(_ count: Int) {
    next.removeAll(keepingCapacity: true)
    previous.removeAll(keepingCapacity: true)
    ranks.removeAll(keepingCapacity: true)
    results.removeAll(keepingCapacity: true)
    next.append(contentsOf: (0..<count).lazy.map { $0 + 1 < count ? Int32($0 + 1) : -1 })
    previous.append(contentsOf: (0..<count).lazy.map { Int32($0) - 1 })
    ranks.append(contentsOf: repeatElement(.max, count: count))
    results.append(contentsOf: repeatElement(0, count: count))
  }

  private mutating func absorbNext(_ position: Int) {
    let absorbed = Int(next[position])
    symbols[position].token = results[position]
    symbols[position].range = symbols[position].range.lowerBound..<symbols[absorbed].range.upperBound
    ranks[absorbed] = .max
    next[position] = next[absorbed]
    if next[position] >= 0 { previous[Int(next[position])] = Int32(position) }
    rate(position)
    if previous[position] >= 0 { rate(Int(previous[position])) }
  }

  /// Looks up the pair that begins at `position` and queues it.
  private mutating func rate(_ position: Int) {
    let right = Int(next[position])
    guard right >= 0, let merge = rule.merge(symbols[position], symbols[right]) else {
      ranks[position] = .max
      return
    }
    ranks[position] = merge.rank
    results[position] = merge.result
    push(UInt64(merge.rank) << 32 | UInt64(position))
  }

  private mutating func push(_ entry: UInt64) {
    var child = heap.count
    heap.append(entry)
    while child > 0, case let parent = (child - 1) / 2, heap[parent] > entry {
      heap[child] = heap[parent]
      child = parent
    }
    heap[child] = entry
  }

  private mutating func popLowest() -> UInt64? {
    guard let lowest = heap.first, let last = heap.popLast() else { return nil }
    if heap.isEmpty { return lowest }
    var parent = 0
    while case var child = 2 * parent + 1, child < heap.count {
      if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
      if heap[child] >= last { break }
      heap[parent] = heap[child]
      parent = child
    }
    heap[parent] = last
    return lowest
  }
}
