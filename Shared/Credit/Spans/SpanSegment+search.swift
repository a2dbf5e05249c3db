/// Some symbols of an output as a segment spells them.
struct SpanQuery<Symbol: FixedWidthInteger> {
  let symbols: [Symbol]
  /// How many symbols from each place on the segment can have at all: up to the next that is not of its alphabet.
  let limits: [Int]

  init(_ tokens: [UInt32], alphabet: Int) {
    symbols = tokens.map { Int($0) + 1 < alphabet ? Symbol(truncatingIfNeeded: $0 &+ 1) : 0 }
    var limits = Array(repeating: 0, count: tokens.count + 1)
    for at in tokens.indices.reversed() where symbols[at] != 0 { limits[at] = limits[at + 1] + 1 }
    self.limits = limits
  }
}

extension SpanSegment {
  /// The length of the longest match of the output from each place on. Matches never cross the end of a document: its
  /// symbol is in no output.
  func longestMatches(_ tokens: [UInt32]) -> [Int] {
    layout.symbolBytes == 2 ? longest(tokens, UInt16.self) : longest(tokens, UInt32.self)
  }

  /// The earliest standing and its owner among the classes that have the output's tokens [l, r); nil if none has.
  func earliest(_ tokens: ArraySlice<UInt32>) -> (standing: SpanStanding, owner: String)? {
    let range = layout.symbolBytes == 2 ? suffixes(of: tokens, UInt16.self) : suffixes(of: tokens, UInt32.self)
    guard !range.isEmpty else { return nil }
    // Documents stand in the text in their order: the earliest is that of the first match.
    let first = least(range)
    var (low, high) = (0, starts.count)
    while low < high {
      let middle = (low + high) / 2
      if starts[middle] <= first { low = middle + 1 } else { high = middle }
    }
    return (standings[low - 1], owners[Int(ownerNumbers[low - 1])])
  }

  /// The least of some suffixes: few by themselves, whole blocks by their minima.
  private func least(_ range: Range<Int>) -> UInt32 {
    let block = SegmentLayout.block
    let (first, last) = ((range.lowerBound + block - 1) / block, range.upperBound / block)
    var least = UInt32.max
    let suffixes = suffixes
    guard first < last else {
      for at in range { least = min(least, suffixes[at]) }
      return least
    }
    for at in range.lowerBound..<first * block { least = min(least, suffixes[at]) }
    for at in first..<last { least = min(least, minima[at]) }
    for at in last * block..<range.upperBound { least = min(least, suffixes[at]) }
    return least
  }

  private func longest<Symbol: FixedWidthInteger>(_ tokens: [UInt32], _: Symbol.Type) -> [Int] {
    let query = SpanQuery<Symbol>(tokens, alphabet: layout.alphabet)
    var last = 0
    return query.symbols.withUnsafeBufferPointer { symbols in
      tokens.indices.map { at in
        guard query.limits[at] > 0, let base = symbols.baseAddress else { return 0 }
        // What matched from the place before on, matches from here on but for its first symbol: that may be all there is.
        last = last > query.limits[at] ? query.limits[at] : longest(base + at, query.limits[at])
        return last
      }
    }
  }

  /// The longest common prefix of a query and any suffix: that with one of the two neighbours of where it would stand.
  private func longest<Symbol: FixedWidthInteger>(_ query: UnsafePointer<Symbol>, _ limit: Int) -> Int {
    let text = text(Symbol.self)
    let value = Int(truncatingIfNeeded: query[0])
    var (low, high) = (Int(firsts[value]), Int(firsts[value + 1]))
    guard low < high else { return 0 }
    // Every suffix from low on to high begins as the query does, to the shorter of the two lengths.
    var (lowLength, highLength) = (1, 1)
    let suffixes = suffixes
    while low < high {
      let middle = (low &+ high) >> 1
      let start = Int(suffixes[middle])
      let end = min(limit, count &- start)
      var length = min(lowLength, highLength)
      while length < end, text[start &+ length] == query[length] { length &+= 1 }
      if length == limit { return limit }
      if length < end, text[start &+ length] > query[length] {
        (high, highLength) = (middle, length)
      } else {
        (low, lowLength) = (middle &+ 1, length)
      }
    }
    return max(lowLength, highLength)
  }

  /// All suffixes that begin with `tokens`.
  private func suffixes<Symbol: FixedWidthInteger>(of tokens: ArraySlice<UInt32>, _: Symbol.Type) -> Range<Int> {
    let query = SpanQuery<Symbol>(Array(tokens), alphabet: layout.alphabet)
    guard query.limits[0] == tokens.count, let first = query.symbols.first else { return 0..<0 }
    let text = text(Symbol.self)
    let suffixes = suffixes
    return query.symbols.withUnsafeBufferPointer { symbols in
      /// Where the suffix stands to the query: -1 before, 0 begins with it, 1 after.
      func order(_ start: Int) -> Int {
        for at in 1..<max(1, symbols.count) {
          if start + at >= count { return -1 }
          if text[start + at] != symbols[at] { return text[start + at] < symbols[at] ? -1 : 1 }
        }
        return 0
      }
      func place(before: (Int) -> Bool, from: Int, to: Int) -> Int {
        var (low, high) = (from, to)
        while low < high {
          let middle = (low + high) / 2
          if before(order(Int(suffixes[middle]))) { low = middle + 1 } else { high = middle }
        }
        return low
      }
      let value = Int(truncatingIfNeeded: first)
      let (from, to) = (Int(firsts[value]), Int(firsts[value + 1]))
      let low = place(before: { $0 < 0 }, from: from, to: to)
      return low..<place(before: { $0 <= 0 }, from: low, to: to)
    }
  }
}
