/// The numbers that a schema allows: an interval, each end of which may belong to it or not, and a divisor.
struct NumberBounds: Sendable, Hashable {
  struct End: Sendable, Hashable {
    var value: Decimal
    /// Whether the value itself is excluded.
    var isOpen: Bool
  }

  var low: End?
  var high: End?
  /// A positive integer.
  var multipleOf: Int?

  static let free = NumberBounds()

  mutating func raise(to end: End) {
    if let low, end.value < low.value || (end.value == low.value && low.isOpen) { return }
    low = end
  }

  mutating func lower(to end: End) {
    if let high, end.value > high.value || (end.value == high.value && high.isOpen) { return }
    high = end
  }

  /// The integers of the interval, at most 15 digits long unless it has none so short; nil where there are none.
  /// An end beyond 18 digits narrows to the longest integers that are written.
  var integers: ClosedRange<Int>? {
    let widest = 999_999_999_999_999_999
    var from = -widest
    var to = widest
    if let low {
      if let floor = low.value.floor {
        from = low.value.isInteger && !low.isOpen ? floor : floor + 1
      } else if !low.value.isNegative {
        return nil
      }
    }
    if let high {
      if let floor = high.value.floor {
        to = high.value.isInteger && high.isOpen ? floor - 1 : floor
      } else if high.value.isNegative {
        return nil
      }
    }
    from = max(from, -widest)
    to = min(to, widest)
    guard from <= to else { return nil }
    let usual = -999_999_999_999_999...999_999_999_999_999
    return usual.overlaps(from...to) ? (from...to).clamped(to: usual) : from...to
  }
}
