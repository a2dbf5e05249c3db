extension ProgramBuilder {
  /// An integer without fraction, exponent or needless zeros that `bounds` allows.
  mutating func integer(_ bounds: NumberBounds, _ from: StateID) throws(GrammarError) -> StateID {
    let end = try state(like: from)
    guard let range = bounds.integers else { return end }
    let divisor = bounds.multipleOf ?? 1
    if range.contains(0) { empty(try literal("0", from), end) }
    if range.upperBound > 0 {
      try magnitudes(max(range.lowerBound, 1)...range.upperBound, divisor: divisor, from, end)
    }
    if range.lowerBound < 0 {
      let minus = try literal("-", from)
      try magnitudes(max(-range.upperBound, 1)...(-range.lowerBound), divisor: divisor, minus, end)
    }
    return end
  }

  /// The decimal digits of the multiples of `divisor` in a range of positive integers.
  private mutating func magnitudes(
    _ range: ClosedRange<Int>, divisor: Int, _ from: StateID, _ end: StateID
  ) throws(GrammarError) {
    var known: [DigitPlace: StateID] = [:]
    var power = 1
    for length in 1...18 {
      let (low, high) = (power, power * 10 - 1)
      power *= 10
      guard low <= range.upperBound, high >= range.lowerBound else { continue }
      let bounds = (decimalDigits(max(low, range.lowerBound)), decimalDigits(min(high, range.upperBound)))
      let place = DigitPlace(length: length, left: length, isLow: true, isHigh: true, remainder: 0)
      // One place more than the shared ones: `from` has the first digits of every length.
      try digitEdges(place, bounds, divisor, from, end, &known)
    }
  }

  /// A place within an integer: the digits to come and what is known of those before.
  private struct DigitPlace: Hashable {
    /// All digits of the integer; 0 once they no longer matter.
    var length: Int
    var left: Int
    /// The digits so far are those of the lower, of the upper bound.
    var isLow: Bool
    var isHigh: Bool
    var remainder: Int
  }

  private mutating func digitEdges(
    _ place: DigitPlace, _ bounds: (low: [UInt8], high: [UInt8]), _ divisor: Int, _ from: StateID, _ end: StateID,
    _ known: inout [DigitPlace: StateID]
  ) throws(GrammarError) {
    let at = bounds.low.count - place.left
    let low = place.isLow ? bounds.low[at] : 0
    let high = place.isHigh ? bounds.high[at] : 9
    guard low <= high else { return }
    for digit in low...high {
      var next = place
      next.left -= 1
      next.isLow = place.isLow && digit == low
      next.isHigh = place.isHigh && digit == high
      next.remainder = (place.remainder * 10 + Int(digit)) % divisor
      if !next.isLow && !next.isHigh { next.length = 0 }
      let range = ByteRange(low: 0x30 + digit, high: 0x30 + digit)
      if next.left == 0 {
        if next.remainder == 0 { edge(from, range, end) }
      } else if let target = known[next] {
        edge(from, range, target)
      } else {
        let target = try state(like: from)
        known[next] = target
        edge(from, range, target)
        try digitEdges(next, bounds, divisor, target, end, &known)
      }
    }
  }

  private func decimalDigits(_ value: Int) -> [UInt8] { String(value).utf8.map { $0 - 0x30 } }
}
