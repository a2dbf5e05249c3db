/// Text of others in files that programs and people read. A display name may hold anything; each form here can be read
/// back, and none lets the text end its cell, its string or its line, hide from a reader, or run in a spreadsheet.
public enum ExportText {
  /// Controls, marks that only change how text around them looks, and separators of lines become `\u{<hex>}`; a backslash
  /// becomes two.
  public static func visible(_ text: String) -> String {
    var shown = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator:
        shown += "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars
      default: shown += scalar == "\\" ? "\\\\".unicodeScalars : String(scalar).unicodeScalars
      }
    }
    return String(shown)
  }

  /// A string of Beancount, whose escapes are a backslash before a quotation mark or a backslash.
  static func beancount(_ text: String) -> String { "\"\(escaping(visible(text), "\\\"", with: "\\"))\"" }

  /// A cell of RFC 4180. A spreadsheet runs what begins with one of `= + - @`, so such text gets an apostrophe in front,
  /// and so does text that begins with one: a reader takes one away.
  static func cell(_ text: String) -> String {
    let guards: Set<Unicode.Scalar> = ["=", "+", "-", "@", "'", "\u{ff1d}", "\u{ff0b}", "\u{ff0d}", "\u{ff20}"]
    let shown = visible(text)
    let guarded = shown.unicodeScalars.first.map(guards.contains) == true ? "'\(shown)" : shown
    // Quoted where a reader may want it; a space at an end is lost by some readers otherwise.
    let needs = guarded.unicodeScalars.contains { $0 == "," || $0 == "\"" || $0 == " " || $0 == ";" }
    return needs ? "\"\(escaping(guarded, "\"", with: "\""))\"" : guarded
  }

  /// An id as a name of letters, digits and hyphens: every other byte becomes `-` and two hexadecimal digits, so that no
  /// two ids have one name.
  public static func name(_ id: String) -> String {
    var name = ""
    for byte in id.utf8 {
      let isPlain = (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
      name +=
        isPlain ? String(Unicode.Scalar(byte)) : "-" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }
    return name
  }

  private static func escaping(_ text: String, _ special: String, with mark: Unicode.Scalar) -> String {
    var escaped = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if special.unicodeScalars.contains(scalar) { escaped.append(mark) }
      escaped.append(scalar)
    }
    return String(escaped)
  }
}
