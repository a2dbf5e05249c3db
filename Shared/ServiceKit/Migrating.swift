/// `colophon-<service> migrate [--dry-run] [settings]`: the service's program with its own settings does nothing but its
/// schema steps. `colophon migrate --service <service>` starts it.
enum Migrating {
  static let word = "migrate"
  private static let dryRun = "--dry-run"

  /// Prints a line for each step. Errors: those of the settings and of the database; `FileError.locked` while the
  /// service runs.
  static func run<Hosted: HostedService>(
    _ type: Hosted.Type, _ table: SettingsTable, _ arguments: [String], _ environment: [String: String]
  ) async throws {
    let tries = arguments.contains(dryRun)
    let settings = try table.resolve(arguments: arguments.filter { $0 != dryRun }, environment: environment)
    let folder = "\(try settings.string("data"))/\(Hosted.name)"
    let lock = try DataLock(folder: folder)
    defer { withExtendedLifetime(lock) {} }
    guard let steps = try await Hosted.migrate(settings: settings, folder: folder, dryRun: tries) else {
      return print("\(Hosted.name) keeps no rows: nothing to migrate")
    }
    for step in steps { print("\(Hosted.name): step \(step): \(tries ? "tried, and undone" : "done")") }
    if steps.isEmpty { print("\(Hosted.name): the schema is up to date") }
  }
}
