/// An exact decimal number as JSON writes it, for comparing and for bounds.
struct Decimal: Sendable, Hashable {
  var isNegative: Bool
  /// Digits of the whole part without leading zeros; none for 0.
  var whole: [UInt8]
  /// Digits of the fraction without trailing zeros.
  var fraction: [UInt8]

  /// Largest power of ten that is written out.
  static let exponentMax = 400

  static let zero = Decimal(isNegative: false, whole: [], fraction: [])

  private init(isNegative: Bool, whole: [UInt8], fraction: [UInt8]) {
    self.isNegative = isNegative
    self.whole = whole
    self.fraction = fraction
  }

  /// Nil for what is no number of RFC 8259, or one whose exponent is beyond `exponentMax`.
  init?(_ literal: String) {
    var rest = Array(literal.utf8)[...]
    isNegative = rest.first == UInt8(ascii: "-")
    if isNegative { rest.removeFirst() }
    var digits: [UInt8] = []
    var point = 0
    var inFraction = false
    var exponent = 0
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        digits.append(byte - 0x30)
        if !inFraction { point += 1 }
      case UInt8(ascii: "."):
        if inFraction { return nil }
        inFraction = true
      case UInt8(ascii: "e"), UInt8(ascii: "E"):
        guard let value = Int(String(decoding: rest, as: UTF8.self)), abs(value) <= Self.exponentMax else { return nil }
        exponent = value
        rest = []
      default: return nil
      }
    }
    guard !digits.isEmpty, digits.count <= 1 << 12 else { return nil }
    point += exponent
    if point < 0 {
      digits.insert(contentsOf: [UInt8](repeating: 0, count: -point), at: 0)
      point = 0
    } else if point > digits.count {
      digits += [UInt8](repeating: 0, count: point - digits.count)
    }
    whole = Array(digits[..<point].drop { $0 == 0 })
    fraction = Array(digits[point...])
    while fraction.last == 0 { fraction.removeLast() }
    if whole.isEmpty && fraction.isEmpty { isNegative = false }
  }

  var isInteger: Bool { fraction.isEmpty }
  var isZero: Bool { whole.isEmpty && fraction.isEmpty }
  var negated: Decimal { Decimal(isNegative: !isNegative && !isZero, whole: whole, fraction: fraction) }

  /// The digit at a place of a number that is written with `places` whole digits; 0 outside.
  func digit(_ place: Int, wholeDigits places: Int) -> UInt8 {
    let index = place - (places - whole.count)
    if index < 0 { return 0 }
    if index < whole.count { return whole[index] }
    return index - whole.count < fraction.count ? fraction[index - whole.count] : 0
  }

  /// The largest integer that is not above; nil beyond 18 digits.
  var floor: Int? {
    guard whole.count <= 18 else { return nil }
    let magnitude = whole.reduce(0) { $0 * 10 + Int($1) }
    if !isNegative { return magnitude }
    return isInteger ? -magnitude : -magnitude - 1
  }
}

extension Decimal: Comparable {
  static func < (a: Decimal, b: Decimal) -> Bool {
    if a.isNegative != b.isNegative { return a.isNegative }
    return a.isNegative ? magnitudeLess(b, a) : magnitudeLess(a, b)
  }

  private static func magnitudeLess(_ a: Decimal, _ b: Decimal) -> Bool {
    if a.whole.count != b.whole.count { return a.whole.count < b.whole.count }
    return (a.whole + a.fraction).lexicographicallyPrecedes(b.whole + b.fraction)
  }
}
