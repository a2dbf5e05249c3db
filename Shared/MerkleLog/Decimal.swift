/// The decimal form of all C2SP texts: ASCII digits, no sign, no leading zero except for 0 itself.
enum Decimal {
  /// Nil for any other spelling, and beyond 2^64 - 1.
  static func parse(_ text: some StringProtocol) -> UInt64? { parse(bytes: Array(text.utf8)[...]) }

  static func parse(bytes: ArraySlice<UInt8>) -> UInt64? {
    guard (1...20).contains(bytes.count) else { return nil }
    guard bytes.count == 1 || bytes.first != UInt8(ascii: "0") else { return nil }
    var value: UInt64 = 0
    for byte in bytes {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
      let (tens, overTens) = value.multipliedReportingOverflow(by: 10)
      let (sum, overSum) = tens.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
      guard !overTens, !overSum else { return nil }
      value = sum
    }
    return value
  }
}
