/// Why a service does not start with the settings it was given. Each text names the setting.
public enum SettingsError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A name that no setting has, and the nearest that one has.
  case unknown(name: String, source: String, suggestion: String?)
  case repeated(name: String, source: String)
  case missingValue(flag: String)
  case invalid(name: String, value: String, source: String, why: String)
  case unreadableFile(path: String, why: String)
  case unexpectedArgument(String)
  /// A setting that the service needs and nobody gave.
  case unset(name: String)
  /// Two settings that cannot both hold.
  case contradiction(String)

  public var description: String {
    switch self {
    case .unknown(let name, let source, let suggestion):
      "unknown setting '\(name)' in \(source)"
        + (suggestion.map { "; did you mean '\($0)'?" } ?? "; --help lists all settings")
    case .repeated(let name, let source): "setting '\(name)' is given twice in \(source); give it once"
    case .missingValue(let flag): "\(flag) needs a value; write \(flag) VALUE"
    case .invalid(let name, let value, let source, let why):
      "setting '\(name)' has the value '\(value)' in \(source), which \(why)"
    case .unreadableFile(let path, let why): "settings file \(path): \(why)"
    case .unexpectedArgument(let text): "unexpected argument '\(text)'; settings are given as --name VALUE"
    case .unset(let name): "setting '\(name)' is needed and has no value; give --\(name) VALUE"
    case .contradiction(let why): why
    }
  }
}
