/// The settings that hold, each checked, each with the place it came from.
public struct SettingsValues: Sendable {
  struct Value: Sendable {
    var text: String
    var source: String
  }

  static let mask = "(secret)"

  public let table: SettingsTable
  private let values: [String: Value]

  init(table: SettingsTable, values: [String: Value]) {
    self.table = table
    self.values = values
  }

  /// The text of a setting, nil when it is unset. Asking for one that is not declared is a bug of this program.
  public func optionalString(_ name: String) -> String? {
    precondition(table.setting(named: name) != nil, "\(table.service) declares no setting '\(name)'")
    return values[name]?.text
  }

  public func string(_ name: String) throws(SettingsError) -> String {
    guard let text = optionalString(name) else { throw .unset(name: name) }
    return text
  }

  public func optionalInt(_ name: String) -> Int? { optionalString(name).flatMap { Int($0) } }

  public func int(_ name: String) throws(SettingsError) -> Int {
    guard let value = optionalInt(name) else { throw .unset(name: name) }
    return value
  }

  /// False when unset.
  public func bool(_ name: String) -> Bool { optionalString(name) == "true" }

  public func optionalDuration(_ name: String) -> Duration? {
    optionalString(name).flatMap { Duration(settingText: $0) }
  }

  public func duration(_ name: String) throws(SettingsError) -> Duration {
    guard let value = optionalDuration(name) else { throw .unset(name: name) }
    return value
  }

  /// The texts of a `.list`; none when it is unset or empty.
  public func list(_ name: String) -> [String] {
    (optionalString(name) ?? "").split(separator: ",").map { $0.trimming(" ") }.filter { !$0.isEmpty }
  }

  /// Whether somebody gave the value, rather than it being the default.
  public func isGiven(_ name: String) -> Bool { values[name].map { $0.source != "default" } ?? false }

  /// Name, shown value and source of each setting, secrets masked.
  public var shown: [(name: String, value: String, source: String)] {
    table.settings.map { setting in
      guard let value = values[setting.name] else { return (setting.name, "(unset)", "default") }
      return (setting.name, setting.isSecret ? Self.mask : value.text, value.source)
    }
  }
}

extension Substring {
  func trimming(_ character: Character) -> String {
    String(drop { $0 == character }.reversed().drop { $0 == character }.reversed())
  }
}
