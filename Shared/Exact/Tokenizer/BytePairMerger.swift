/// Merges the byte tokens of one piece by rank: the lowest rank first, the leftmost of equals first.
///
/// Symbols form a doubly linked list over their start offsets; candidates wait in a binary heap and are dropped when the
/// pair they name is gone. So a piece of n bytes costs O(n log n), whatever it contains.
struct BytePairMerger {
  private let merges: [UInt64: Vocabulary.Merge]
  private var symbols: [UInt32] = []
  private var next: [Int32] = []
  private var previous: [Int32] = []
  /// Rank of the merge of the symbol at this position with the next one; `UInt32.max` when there is none.
  private var ranks: [UInt32] = []
  private var results: [UInt32] = []
  /// `rank << 32 | position`: its order is the order of merging.
  private var heap: [UInt64] = []

  init(_ vocabulary: Vocabulary) {
    merges = vocabulary.merges
  }

  /// Appends the tokens of one piece, given as its byte tokens.
  mutating func merge(_ byteTokens: [UInt32], into output: inout [UInt32]) {
    let count = byteTokens.count
    if count < 2 { return output.append(contentsOf: byteTokens) }
    symbols = byteTokens
    reset(count)
    for position in 0..<count { rate(position) }
    while let entry = popLowest() {
      let position = Int(entry & 0xffff_ffff)
      // A rank names one pair of symbols, so an equal rank at the same place means that the pair still stands.
      guard ranks[position] == UInt32(entry >> 32) else { continue }
      absorbNext(position)
    }
    var position = 0
    while position >= 0 {
      output.append(symbols[position])
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
    symbols[position] = results[position]
    ranks[absorbed] = .max
    next[position] = next[absorbed]
    if next[position] >= 0 { previous[Int(next[position])] = Int32(position) }
    rate(position)
    if previous[position] >= 0 { rate(Int(previous[position])) }
  }

  /// Looks up the pair that begins at `position` and queues it.
  private mutating func rate(_ position: Int) {
    let right = Int(next[position])
    guard right >= 0, let merge = merges[UInt64(symbols[position]) << 32 | UInt64(symbols[right])] else {
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
