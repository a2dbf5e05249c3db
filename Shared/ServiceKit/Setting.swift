/// One setting of a service: a row of the table that makes the flags, the help text and the checks.
public struct Setting: Sendable {
  /// What a setting's text must be.
  public enum Kind: Sendable, Equatable {
    /// A whole number within limits.
    case int(ClosedRange<Int>)
    /// Any text that is not empty.
    case string
    /// A file or folder.
    case path
    /// `true` or `false`; as a flag alone it means `true`.
    case bool
    /// A number with one of the units `ms`, `s`, `m`, `h`.
    case duration
    /// An `http://` or `https://` address without path, query or user.
    case url
    /// One of these words.
    case choice([String])
    /// Texts separated by commas.
    case list
  }

  /// Lower-case words with hyphens, as in `h2c-port`: the flag `--h2c-port`, the file's key `h2c-port`.
  public let name: String
  public let kind: Kind
  /// The text that holds where nothing else is given; nil leaves the setting unset.
  public let defaultText: String?
  /// One sentence for the help text.
  public let help: String
  /// Whether the value must never be shown.
  public let isSecret: Bool

  public init(
    _ name: String, _ kind: Kind, default defaultText: String? = nil, help: String, secret: Bool = false
  ) {
    self.name = name
    self.kind = kind
    self.defaultText = defaultText
    self.help = help
    isSecret = secret
  }

  /// The environment variable, as `COLOPHON_STORAGE_H2C_PORT`.
  public func environmentName(of service: String) -> String {
    Self.environmentPrefix(of: service) + Self.shouted(name)
  }

  static func environmentPrefix(of service: String) -> String { "COLOPHON_\(shouted(service))_" }

  private static func shouted(_ text: String) -> String {
    text.uppercased().replacing("-", with: "_")
  }
}

extension Setting.Kind {
  /// The placeholder of the help text.
  var placeholder: String {
    switch self {
    case .int: "N"
    case .string: "TEXT"
    case .path: "PATH"
    case .bool: "true|false"
    case .duration: "TIME"
    case .url: "URL"
    case .choice(let words): words.joined(separator: "|")
    case .list: "A,B,..."
    }
  }

  /// What is wrong with `text`, or nil.
  func fault(in text: String) -> String? {
    switch self {
    case .int(let range):
      guard let value = Int(text) else { return "is not a whole number" }
      return range.contains(value) ? nil : "is not between \(range.lowerBound) and \(range.upperBound)"
    case .string, .path:
      if text.isEmpty { return "is empty" }
      return text.utf8.contains(0) ? "holds a zero byte" : nil
    case .bool: return text == "true" || text == "false" ? nil : "is neither true nor false"
    case .duration: return Duration(settingText: text) == nil ? "is not a time like 250ms, 30s, 5m or 1h" : nil
    case .url: return Self.isOrigin(text) ? nil : "is not an address like http://127.0.0.1:8083"
    case .choice(let words): return words.contains(text) ? nil : "is none of \(words.joined(separator: ", "))"
    case .list: return nil
    }
  }

  private static func isOrigin(_ text: String) -> Bool {
    for scheme in ["http://", "https://"] where text.hasPrefix(scheme) {
      var rest = text.dropFirst(scheme.count)
      if rest.hasSuffix("/") { rest = rest.dropLast() }
      return !rest.isEmpty && rest.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"/?#@\\".utf8.contains($0) }
    }
    return false
  }
}

extension Duration {
  /// Reads `250ms`, `30s`, `5m`, `1h`.
  init?(settingText text: String) {
    for (unit, milliseconds) in [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)] as [(String, Int64)]
    where text.hasSuffix(unit) {
      let digits = text.dropLast(unit.count)
      guard !digits.isEmpty, digits.utf8.count <= 9, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
        let value = Int64(digits)
      else { continue }
      self = .milliseconds(value * milliseconds)
      return
    }
    return nil
  }
}
