internal import Configuration

/// All settings of one service, and how their values are found.
public struct SettingsTable: Sendable {
  static let configName = "config"
  private static let ofPeers: Set<String> = ["h2c-port", "token-file", "issuer"]

  /// The service's lower-case name, as in `storage`.
  public let service: String
  /// The service's own settings first, then those that every service has.
  public let settings: [Setting]

  /// - Parameter isPeer: with the settings that only peers of the suite need.
  public init(service: String, defaultPort: Int, settings: [Setting], isPeer: Bool = true) {
    self.service = service
    self.settings =
      settings + Self.common(service, defaultPort).filter { isPeer || !Self.ofPeers.contains($0.name) }
    let names = self.settings.map(\.name)
    precondition(Set(names).count == names.count, "a setting of \(service) is declared twice")
  }

  func setting(named name: String) -> Setting? { settings.first { $0.name == name } }

  func nearest(to name: String) -> String? { Suggestion.nearest(to: name, among: settings.map(\.name)) }

  /// Finds each value: flag before environment before file before default. Every value given is checked, also one
  /// that another source overrides.
  ///
  /// - Parameter arguments: The command line without the program's name.
  public func resolve(
    arguments: [String], environment: [String: String]
  ) throws(SettingsError) -> SettingsValues {
    let flags = try SettingsSource.flags(arguments, table: self)
    let variables = try SettingsSource.environment(environment, table: self)
    var sources = [flags, variables]
    if let path = flags.texts[Self.configName] ?? variables.texts[Self.configName] {
      sources.append(try .file(path, table: self))
    }
    for source in sources { try check(source) }
    sources.append(defaults)
    try check(defaults)

    let secrets = Set(settings.filter(\.isSecret).map(\.name))
    let reader = ConfigReader(providers: sources.map { $0.provider(masking: secrets) })
    var values: [String: SettingsValues.Value] = [:]
    for setting in settings {
      guard let text = reader.string(forKey: ConfigKey([setting.name]), isSecret: setting.isSecret) else { continue }
      let source = sources.first { $0.texts[setting.name] != nil }?.label ?? defaults.label
      values[setting.name] = .init(text: text, source: source)
    }
    return SettingsValues(table: self, values: values)
  }

  private var defaults: SettingsSource {
    var source = SettingsSource(label: "default")
    for setting in settings { source.texts[setting.name] = setting.defaultText }
    return source
  }

  private func check(_ source: SettingsSource) throws(SettingsError) {
    for setting in settings {
      guard let text = source.texts[setting.name], let fault = setting.kind.fault(in: text) else { continue }
      throw .invalid(
        name: setting.name, value: setting.isSecret ? SettingsValues.mask : text, source: source.label, why: fault)
    }
  }

  private static func common(_ service: String, _ defaultPort: Int) -> [Setting] {
    [
      Setting("host", .string, default: "127.0.0.1", help: "Address to listen on; 0.0.0.0 listens on all."),
      Setting(
        "port", .int(0...65_535), default: "\(defaultPort)",
        help: "Port for HTTP/1.1; 0 takes a free one and prints it."),
      Setting(
        "h2c-port", .int(0...65_535),
        help: "Port for plaintext HTTP/2 by prior knowledge, which real gRPC needs; off unless set."),
      Setting("data", .path, default: "./.colophon", help: "Folder of all state; each service has one folder in it."),
      Setting(
        "token-file", .path,
        help: "File with the bearer token that services show each other; DATA/token unless set, made if absent."),
      Setting(
        "issuer", .string, default: "https://\(service).colophon.invalid",
        help: "URI of this operator, the issuer of every statement that the service signs."),
      Setting(
        "log-level", .choice(["trace", "debug", "info", "notice", "warning", "error", "critical"]), default: "info",
        help: "Least severe log lines that are written to standard error."),
      Setting(configName, .path, help: "JSON file with one object of setting names and values."),
    ]
  }
}
