/// A natural number as decimal digits, lowest first, with the arithmetic of the schoolroom: slow, and too simple to share
/// a mistake with 128-bit integers.
public struct BigNat: Comparable {
  private var digits: [Int]

  private init(natural: UInt128) { self.init(digits: String(natural).utf8.reversed().map { Int($0) - 48 }) }

  public init(_ value: Int) { self.init(natural: UInt128(value)) }
  public init(_ value: UInt64) { self.init(natural: UInt128(value)) }
  public init(_ value: Int128) { self.init(natural: UInt128(value)) }

  private init(digits: [Int]) {
    self.digits = digits
    trim()
  }

  private mutating func trim() {
    while digits.last == 0 { digits.removeLast() }
  }

  public var text: String { digits.isEmpty ? "0" : digits.reversed().map(String.init).joined() }

  public static func < (a: BigNat, b: BigNat) -> Bool {
    if a.digits.count != b.digits.count { return a.digits.count < b.digits.count }
    return a.digits.reversed().lexicographicallyPrecedes(b.digits.reversed())
  }

  public static func + (a: BigNat, b: BigNat) -> BigNat {
    var carry = 0
    var sum: [Int] = []
    for at in 0...max(a.digits.count, b.digits.count) {
      let column = carry + (at < a.digits.count ? a.digits[at] : 0) + (at < b.digits.count ? b.digits[at] : 0)
      sum.append(column % 10)
      carry = column / 10
    }
    return BigNat(digits: sum)
  }

  /// Of a smaller number.
  public static func - (a: BigNat, b: BigNat) -> BigNat {
    var borrow = 0
    var difference: [Int] = []
    for at in a.digits.indices {
      let column = a.digits[at] - borrow - (at < b.digits.count ? b.digits[at] : 0)
      difference.append((column + 10) % 10)
      borrow = column < 0 ? 1 : 0
    }
    return BigNat(digits: difference)
  }

  public static func * (a: BigNat, b: BigNat) -> BigNat {
    var product = Array(repeating: 0, count: a.digits.count + b.digits.count + 1)
    for (i, x) in a.digits.enumerated() {
      for (j, y) in b.digits.enumerated() { product[i + j] += x * y }
    }
    for at in 0..<product.count - 1 {
      product[at + 1] += product[at] / 10
      product[at] %= 10
    }
    return BigNat(digits: product)
  }

  public func divided(by divisor: BigNat) -> (quotient: BigNat, remainder: BigNat) {
    var quotient: [Int] = []
    var remainder = BigNat(0)
    for digit in digits.reversed() {
      remainder = remainder * BigNat(10) + BigNat(digit)
      var times = 0
      while remainder >= divisor {
        remainder = remainder - divisor
        times += 1
      }
      quotient.append(times)
    }
    return (BigNat(digits: quotient.reversed()), remainder)
  }
}
