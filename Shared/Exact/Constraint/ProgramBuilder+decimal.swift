extension ProgramBuilder {
  /// A number within `bounds` without exponent: at most 15 digits before and after the point together, so that binary64
  /// tells it from the bounds as decimals do. A divisor asks for integers.
  mutating func number(_ bounds: NumberBounds, _ from: StateID) throws(GrammarError) -> StateID {
    if bounds.multipleOf != nil { return try integer(bounds, from) }
    if bounds == .free { return try number(from) }
    let end = try state(like: from)
    let zero = NumberBounds.End(value: .zero, isOpen: false)
    // Zero itself is written without sign: the positive side begins at 0, the negative side after it.
    var positive = bounds
    positive.raise(to: zero)
    try magnitudes(positive, from, end)
    var negative = NumberBounds()
    negative.low = bounds.high.map { NumberBounds.End(value: $0.value.negated, isOpen: $0.isOpen) }
    negative.high = bounds.low.map { NumberBounds.End(value: $0.value.negated, isOpen: $0.isOpen) }
    negative.raise(to: NumberBounds.End(value: .zero, isOpen: true))
    try magnitudes(negative, try literal("-", from), end)
    return end
  }

  private mutating func magnitudes(_ bounds: NumberBounds, _ from: StateID, _ end: StateID) throws(GrammarError) {
    guard let low = bounds.low else { return }
    if let high = bounds.high, high.value < low.value { return }
    for wholeDigits in 1...GrammarLimits.digits {
      // A lower bound that is longer than the number, an upper bound that is shorter: no such number.
      if max(low.value.whole.count, 1) > wholeDigits { continue }
      if let high = bounds.high, max(high.value.whole.count, 1) < wholeDigits { continue }
      var digits = BoundedDigits(bounds: bounds, wholeDigits: wholeDigits, end: end)
      let isLow = max(low.value.whole.count, 1) == wholeDigits
      let isHigh = bounds.high.map { max($0.value.whole.count, 1) == wholeDigits } ?? false
      try digits.add(BoundedDigits.Place(index: 0, isLow: isLow, isHigh: isHigh), from, &self)
    }
  }
}

/// The numbers of one length of the whole part between two magnitudes.
private struct BoundedDigits {
  /// A digit to come, and whether those before are the digits of the lower, of the upper bound.
  struct Place: Hashable {
    var index: Int
    var isLow: Bool
    var isHigh: Bool
  }

  let bounds: NumberBounds
  let wholeDigits: Int
  let end: ByteProgram.StateID
  private var known: [Place: ByteProgram.StateID] = [:]

  init(bounds: NumberBounds, wholeDigits: Int, end: ByteProgram.StateID) {
    self.bounds = bounds
    self.wholeDigits = wholeDigits
    self.end = end
  }

  mutating func add(
    _ place: Place, _ from: ByteProgram.StateID, _ builder: inout ProgramBuilder
  ) throws(GrammarError) {
    var digitsFrom = from
    if place.index >= wholeDigits {
      if mayEnd(place) { builder.empty(from, end) }
      if place.index >= GrammarLimits.digits { return }
      if place.index == wholeDigits { digitsFrom = try builder.literal(".", from) }
    }
    var low: UInt8 = place.isLow ? digit(bounds.low, place.index) : 0
    if place.index == 0 && wholeDigits > 1 { low = max(low, 1) }
    let high: UInt8 = place.isHigh ? digit(bounds.high, place.index) : 9
    guard low <= high else { return }
    for digit in low...high {
      let next = Place(
        index: place.index + 1, isLow: place.isLow && digit == self.digit(bounds.low, place.index),
        isHigh: place.isHigh && digit == self.digit(bounds.high, place.index))
      let range = ByteRange(low: 0x30 + digit, high: 0x30 + digit)
      if let target = known[next] {
        builder.edge(digitsFrom, range, target)
      } else {
        let target = try builder.state(like: from)
        known[next] = target
        builder.edge(digitsFrom, range, target)
        try add(next, target, &builder)
      }
    }
  }

  private func digit(_ end: NumberBounds.End?, _ index: Int) -> UInt8 {
    end?.value.digit(index, wholeDigits: wholeDigits) ?? 0
  }

  /// Whether the digits so far are a number within the bounds.
  private func mayEnd(_ place: Place) -> Bool {
    if place.isLow, let low = bounds.low {
      if isRestZero(low.value, place.index) { if low.isOpen { return false } } else { return false }
    }
    if place.isHigh, let high = bounds.high, high.isOpen, isRestZero(high.value, place.index) { return false }
    return true
  }

  private func isRestZero(_ value: Decimal, _ index: Int) -> Bool {
    (index..<max(index, wholeDigits + value.fraction.count)).allSatisfy {
      value.digit($0, wholeDigits: wholeDigits) == 0
    }
  }
}
