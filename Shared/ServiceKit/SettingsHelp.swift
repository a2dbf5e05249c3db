extension SettingsTable {
  /// The text of `--help`: what the service is, how settings are given, and each setting with its flag, variable,
  /// default and purpose.
  public func help(program: String? = nil, summary: String, discussion: String = "") -> String {
    let program = program ?? "colophon-\(service)"
    var text = """
      \(program): \(summary)

      usage: \(program) [--name VALUE]...
      \(discussion.isEmpty ? "" : "\n\(discussion)\n")
      A setting is taken from its flag, else from its environment variable, else from the JSON file named by
      --config, else its default holds. Unknown names stop the start.


      """
    for setting in settings {
      let value = setting.kind == .bool ? "" : " \(setting.kind.placeholder)"
      text += "  --\(setting.name)\(value)\n"
      text += "      \(setting.help)\n"
      text += "      \(setting.environmentName(of: service)), default: \(shownDefault(setting))\n"
    }
    return text + "  --help\n      Print this text.\n"
  }

  private func shownDefault(_ setting: Setting) -> String {
    guard let text = setting.defaultText else { return "unset" }
    return text.isEmpty ? "none" : text
  }
}
