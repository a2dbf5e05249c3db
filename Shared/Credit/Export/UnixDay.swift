/// A day of UTC in the Gregorian calendar, by its number since 1970-01-01.
///
/// Days end at 2999-12-30: readers of dates have years of four digits, some none from 3000 on, and a receipt's id, which
/// anybody may have made up, can name the year 10889. Such a one is dated on the last day.
public struct UnixDay: Comparable, Hashable, Sendable {
  static let last = 376_198

  public let number: Int

  public init(number: Int) { self.number = number }

  public init(unixMs: UInt64) { number = Int(min(unixMs / 86_400_000, UInt64(Self.last))) }

  /// Reads `text` back; nil for what is no day of the calendar from 1970 on.
  public init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    guard text.utf8.count == 10, parts.count == 3, let year = parts[0], let month = parts[1], let day = parts[2],
      (1970...2999).contains(year), (1...12).contains(month), (1...31).contains(day)
    else { return nil }
    // Howard Hinnant, days_from_civil.
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    self.init(number: era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468)
    guard self.text == text, number <= Self.last else { return nil }
  }

  public static func < (a: UnixDay, b: UnixDay) -> Bool { a.number < b.number }

  var next: UnixDay { UnixDay(number: number + 1) }

  /// `YYYY-MM-DD`. Howard Hinnant, chrono-compatible low-level date algorithms: years begin in March and eras have 400.
  public var text: String {
    let shifted = number + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let march = (5 * dayOfYear + 2) / 153
    let month = march < 10 ? march + 3 : march - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return "\(year)-\(Self.two(month))-\(Self.two(dayOfYear - (153 * march + 2) / 5 + 1))"
  }

  /// An `xsd:dateTime` of UTC.
  public static func time(unixMs: UInt64) -> String {
    let day = UnixDay(unixMs: unixMs)
    let ms = Int(min(unixMs - UInt64(day.number) * 86_400_000, 86_399_999))
    let fraction = String(1_000 + ms % 1_000).dropFirst()
    return "\(day.text)T\(two(ms / 3_600_000)):\(two(ms / 60_000 % 60)):\(two(ms / 1_000 % 60)).\(fraction)Z"
  }

  private static func two(_ value: Int) -> String { value < 10 ? "0\(value)" : String(value) }
}
