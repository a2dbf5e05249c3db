internal import Configuration

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// One place that settings come from: texts by setting name.
struct SettingsSource: Sendable {
  /// How messages and the printed settings call it.
  let label: String
  var texts: [String: String] = [:]

  /// The source as a provider of swift-configuration, which orders the sources.
  func provider(masking secrets: Set<String>) -> InMemoryProvider {
    var values: [AbsoluteConfigKey: ConfigValue] = [:]
    for (name, text) in texts {
      values[AbsoluteConfigKey([name])] = ConfigValue(.string(text), isSecret: secrets.contains(name))
    }
    return InMemoryProvider(name: label, values: values)
  }

  /// `--name VALUE`, `--name=VALUE`, and `--name` alone for a bool.
  static func flags(_ arguments: [String], table: SettingsTable) throws(SettingsError) -> SettingsSource {
    var source = SettingsSource(label: "the command line")
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      guard argument.hasPrefix("--"), argument.count > 2 else { throw .unexpectedArgument(argument) }
      let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0])
      guard let setting = table.setting(named: name) else {
        throw .unknown(
          name: "--\(name)", source: source.label, suggestion: table.nearest(to: name).map { "--\($0)" })
      }
      guard source.texts[name] == nil else { throw .repeated(name: name, source: source.label) }
      if parts.count == 2 {
        source.texts[name] = String(parts[1])
      } else if setting.kind == .bool, rest.first != "true", rest.first != "false" {
        source.texts[name] = "true"
      } else {
        guard let value = rest.popFirst() else { throw .missingValue(flag: argument) }
        source.texts[name] = value
      }
    }
    return source
  }

  /// `COLOPHON_<SERVICE>_<SETTING>`. A variable of this service that no setting has stops the start.
  static func environment(
    _ environment: [String: String], table: SettingsTable
  ) throws(SettingsError) -> SettingsSource {
    var source = SettingsSource(label: "the environment")
    var named: [String: String] = [:]
    for setting in table.settings { named[setting.environmentName(of: table.service)] = setting.name }
    let prefix = Setting.environmentPrefix(of: table.service)
    for (variable, text) in environment.sorted(by: { $0.key < $1.key }) where variable.hasPrefix(prefix) {
      guard let name = named[variable] else {
        let nearest = Suggestion.nearest(to: variable, among: named.keys.sorted())
        throw .unknown(name: variable, source: source.label, suggestion: nearest)
      }
      source.texts[name] = text
    }
    return source
  }

  /// One flat JSON object of setting names.
  static func file(_ path: String, table: SettingsTable) throws(SettingsError) -> SettingsSource {
    var source = SettingsSource(label: path)
    let bytes: [UInt8]
    do { bytes = try SmallFile.read(path, limit: 1 << 20) } catch { throw .unreadableFile(path: path, why: "\(error)") }
    let object: [String: FileScalar]
    do { object = try JSONDecoder().decode([String: FileScalar].self, from: Data(bytes)) } catch {
      throw .unreadableFile(
        path: path, why: "it is not one JSON object whose values are texts, numbers, true, false or lists of texts")
    }
    for (name, scalar) in object.sorted(by: { $0.key < $1.key }) {
      guard table.setting(named: name) != nil, name != SettingsTable.configName else {
        throw .unknown(name: name, source: path, suggestion: table.nearest(to: name))
      }
      source.texts[name] = scalar.text
    }
    return source
  }
}

/// A value of the settings file, as the text that a flag would have.
private struct FileScalar: Decodable {
  let text: String

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if let bool = try? value.decode(Bool.self) {
      text = bool ? "true" : "false"
    } else if let number = try? value.decode(Int.self) {
      text = "\(number)"
    } else if let list = try? value.decode([String].self) {
      text = list.joined(separator: ",")
    } else {
      text = try value.decode(String.self)
    }
  }
}
