import CKernels

/// Suffix arrays by induced sorting: Nong, Zhang, Chan, "Two Efficient Algorithms for Linear Time Suffix Array
/// Construction" (2011). Linear time for any text, also one made to be hard, in place but for two tables of buckets.
///
/// Words: a suffix is of type S when it is smaller than the one after it, else of type L; an S after an L is an LMS. The
/// end of the text counts as smaller than every symbol.
enum SuffixArray {
  /// Symbols of a text.
  static let countMax = Int(Int32.max) - 1

  /// Writes the starts of all suffixes of `text`, smallest first. Symbols are below `alphabet`.
  static func build<Symbol: FixedWidthInteger>(
    _ text: UnsafePointer<Symbol>, _ count: Int, alphabet: Int, into array: UnsafeMutablePointer<Int32>
  ) throws(CreditError) {
    guard count > 1 else {
      if count == 1 { array[0] = 0 }
      return
    }
    let sorter = try SuffixSorter(text, count, alphabet, array)
    let lmsCount = sorter.sortSubstrings()
    if lmsCount > 1 {
      let names = sorter.name(lmsCount)
      let reduced = UnsafePointer(array + (count - lmsCount))
      if names < lmsCount {
        try build(reduced, lmsCount, alphabet: names, into: array)
      } else {
        for at in 0..<lmsCount { array[Int(reduced[at])] = Int32(at) }
      }
    }
    sorter.sortAll(lmsCount)
  }
}

/// One level of the recursion.
private struct SuffixSorter<Symbol: FixedWidthInteger> {
  let text: UnsafePointer<Symbol>
  let count: Int
  let alphabet: Int
  let array: UnsafeMutablePointer<Int32>
  private let sizes: Pages<Int32>
  private let places: Pages<Int32>

  /// How many elements ahead memory is asked for.
  private static var ahead: Int { 24 }

  init(_ text: UnsafePointer<Symbol>, _ count: Int, _ alphabet: Int, _ array: UnsafeMutablePointer<Int32>)
    throws(CreditError)
  {
    self.text = text
    self.count = count
    self.alphabet = alphabet
    self.array = array
    sizes = try Pages(alphabet, "buckets")
    places = try Pages(alphabet, "buckets")
    for at in 0..<count { sizes.base[Int(text[at])] += 1 }
  }

  @inline(__always)
  private func symbol(_ at: Int) -> Int { Int(truncatingIfNeeded: text[at]) }

  /// Where the buckets begin, or end.
  private func place(ends: Bool) {
    var sum: Int32 = 0
    for value in 0..<alphabet {
      let size = sizes.base[value]
      places.base[value] = ends ? sum + size : sum
      sum += size
    }
  }

  /// Calls `body` with every LMS, last first.
  @inline(__always)
  private func eachLMS(_ body: (Int) -> Void) {
    var (at, next, isS) = (count - 2, symbol(count - 1), false)
    while at >= 0 {
      let current = symbol(at)
      if current > next {
        if isS { body(at + 1) }
        isS = false
      } else if current < next {
        isS = true
      }
      next = current
      at -= 1
    }
  }

  /// Sorts the substrings from one LMS to the next. The LMS end up in that order at the end of the array.
  func sortSubstrings() -> Int {
    for at in 0..<count { array[at] = -1 }
    place(ends: true)
    eachLMS { start in
      let value = symbol(start)
      places.base[value] -= 1
      array[Int(places.base[value])] = Int32(start)
    }
    induceL()
    return induceS(collecting: true)
  }

  /// From the sorted LMS, every suffix of type L: each is before a smaller one that already has its place.
  private func induceL() {
    place(ends: false)
    let (text, array, places, count) = (text, array, places.base, count)
    @inline(__always) func put(_ start: Int) {
      let value = Int(truncatingIfNeeded: text[start])
      array[Int(places[value])] = Int32(truncatingIfNeeded: start)
      places[value] &+= 1
    }
    put(count - 1)
    for at in 0..<count {
      if at &+ Self.ahead < count {
        let later = Int(array[at &+ Self.ahead])
        if later > 0 { exact_prefetch(text + (later &- 1)) }
      }
      let start = Int(array[at])
      if start > 0, text[start &- 1] >= text[start] { put(start &- 1) }
    }
  }

  /// From the sorted L, every suffix of type S, from the largest down. Those that hold an LMS are collected at the end of
  /// the array, over places that were read already.
  private func induceS(collecting: Bool) -> Int {
    place(ends: true)
    let (text, array, places, count) = (text, array, places.base, count)
    var lmsCount = 0
    var at = count - 1
    while at >= 0 {
      if at >= Self.ahead {
        let later = Int(array[at &- Self.ahead])
        if later > 0 { exact_prefetch(text + (later &- 1)) }
      }
      let start = Int(array[at])
      if start > 0 {
        let (before, value) = (Int(truncatingIfNeeded: text[start &- 1]), Int(truncatingIfNeeded: text[start]))
        // What stands from a bucket's mark on is of type S.
        let isS = at >= Int(places[value])
        if before < value || (before == value && isS) {
          places[before] &-= 1
          array[Int(places[before])] = Int32(truncatingIfNeeded: start &- 1)
        } else if collecting, isS, before > value {
          lmsCount &+= 1
          array[count &- lmsCount] = Int32(truncatingIfNeeded: start)
        }
      }
      at &-= 1
    }
    return lmsCount
  }

  /// Replaces the sorted LMS at the end of the array by the reduced text: the rank of the substring at each LMS, equal
  /// substrings having one, in the order of the text.
  func name(_ lmsCount: Int) -> Int {
    // Two LMS are at least 2 apart, and at most half of all suffixes are LMS.
    let half = (count + 1) / 2
    for at in 0..<half { array[at] = -1 }
    var end = count
    eachLMS { start in
      array[start >> 1] = Int32(end - start)
      end = start
    }
    var (name, last, lastLength) = (-1, 0, -1)
    for at in count - lmsCount..<count {
      let start = Int(array[at])
      let length = Int(array[start >> 1])
      if !isSame(start, length, last, lastLength) {
        name += 1
        (last, lastLength) = (start, length)
      }
      array[start >> 1] = Int32(name)
    }
    var to = count
    for at in stride(from: half - 1, through: 0, by: -1) where array[at] >= 0 {
      to -= 1
      array[to] = array[at]
    }
    return name + 1
  }

  /// Whether two substrings are equal, the LMS after them included; the one that the text ends equals none.
  private func isSame(_ a: Int, _ aLength: Int, _ b: Int, _ bLength: Int) -> Bool {
    guard aLength == bLength, a + aLength < count, b + bLength < count else { return false }
    for at in 0...aLength where text[a + at] != text[b + at] { return false }
    return true
  }

  /// From the ranks of the LMS at the beginning of the array, all suffixes.
  func sortAll(_ lmsCount: Int) {
    if lmsCount > 1 {
      var to = count
      eachLMS { start in
        to -= 1
        array[to] = Int32(start)
      }
      let starts = array + (count - lmsCount)
      for at in 0..<lmsCount { array[at] = starts[Int(array[at])] }
    } else if lmsCount == 1 {
      array[0] = array[count - 1]
    }
    for at in lmsCount..<count { array[at] = -1 }
    place(ends: true)
    for at in stride(from: lmsCount - 1, through: 0, by: -1) {
      let start = array[at]
      array[at] = -1
      let value = symbol(Int(start))
      places.base[value] -= 1
      array[Int(places.base[value])] = start
    }
    induceL()
    _ = induceS(collecting: false)
  }
}
