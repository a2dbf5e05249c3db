/// A time of RFC 3339 as seconds since 1970, without a calendar library: appraisals must not depend on time zones.
public enum Timestamp {
  /// `2025-06-19T10:16:03Z`; a fraction is cut off, an offset is applied. Nil for anything else.
  public static func seconds(_ text: String) -> Int64? {
    var digits = Array(text.utf8)[...]
    func number(_ count: Int) -> Int64? {
      guard digits.count >= count else { return nil }
      var value: Int64 = 0
      for digit in digits.prefix(count) {
        guard (0x30...0x39).contains(digit) else { return nil }
        value = value * 10 + Int64(digit - 0x30)
      }
      digits = digits.dropFirst(count)
      return value
    }
    func skip(_ allowed: String) -> Bool {
      guard let first = digits.first, allowed.utf8.contains(first) else { return false }
      digits = digits.dropFirst()
      return true
    }
    guard let year = number(4), year >= 1583, skip("-"), let month = number(2), skip("-"), let day = number(2),
      skip("Tt"), let hour = number(2), skip(":"), let minute = number(2), skip(":"), let second = number(2),
      (1...12).contains(month), (1...daysIn(month, year)).contains(day), hour < 24, minute < 60, second < 60
    else { return nil }
    if skip(".") {
      guard number(1) != nil else { return nil }
      while number(1) != nil {}
    }
    let local = days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
    if skip("Zz") { return digits.isEmpty ? local : nil }
    let east = digits.first == UInt8(ascii: "+")
    guard skip("+-"), let hours = number(2), skip(":"), let minutes = number(2), hours < 24, minutes < 60,
      digits.isEmpty
    else { return nil }
    return local - (east ? 1 : -1) * (hours * 3600 + minutes * 60)
  }

  private static func isLeap(_ year: Int64) -> Bool {
    year.isMultiple(of: 4) && !year.isMultiple(of: 100) || year.isMultiple(of: 400)
  }

  private static func daysIn(_ month: Int64, _ year: Int64) -> Int64 {
    month == 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
  }

  /// Days from 1970-01-01 in the Gregorian calendar.
  private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let before = year - 1
    let leaps = before / 4 - before / 100 + before / 400
    // 719,162 days lie before 1970-01-01.
    let whole = before * 365 + leaps - 719_162
    return whole + (1..<month).reduce(0) { $0 + daysIn($1, year) } + day - 1
  }
}
