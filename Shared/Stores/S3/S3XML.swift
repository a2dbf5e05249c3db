internal import Glibc

/// The few elements that are read from S3's answers. Their values are ours (keys) or opaque words, so that no general
/// XML is needed; what does not fit is treated as absent.
enum S3XML {
  /// The text of the first element of this name.
  static func first(_ name: String, in text: Substring) -> String? { all(name, in: text).first.map(unescaped) }

  /// The inner text of each element of this name, in order. They must not nest.
  static func all(_ name: String, in text: Substring) -> [Substring] {
    var found: [Substring] = []
    var rest = text
    while let start = rest.firstRange(of: "<\(name)>") {
      guard let end = rest[start.upperBound...].firstRange(of: "</\(name)>") else { break }
      found.append(rest[start.upperBound..<end.lowerBound])
      rest = rest[end.upperBound...]
    }
    return found
  }

  private static func unescaped(_ text: Substring) -> String {
    guard text.utf8.contains(UInt8(ascii: "&")) else { return String(text) }
    return String(text).replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
      .replacing("&apos;", with: "'").replacing("&amp;", with: "&")
  }

  /// Seconds since 1970 of `2026-11-27T16:00:00.000Z`; nil for anything else.
  static func seconds(_ text: String) -> Int? {
    let numbers = text.split { !$0.isNumber }.compactMap { Int32($0) }
    guard text.utf8.count >= 20, text.hasSuffix("Z"), numbers.count >= 6 else { return nil }
    var parts = tm()
    parts.tm_year = numbers[0] - 1900
    parts.tm_mon = numbers[1] - 1
    parts.tm_mday = numbers[2]
    parts.tm_hour = numbers[3]
    parts.tm_min = numbers[4]
    parts.tm_sec = numbers[5]
    return timegm(&parts)
  }
}
