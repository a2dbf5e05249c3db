internal import AsyncHTTPClient
internal import Cryptography
internal import Glibc
internal import Logging
internal import Metrics
internal import RPC

/// Runs one service as a process: settings, logs, metrics, keys, listeners, shutdown.
public enum ServiceHost {
  /// The whole of a service's `main`. Does not return: the process ends with an exit code of sysexits.
  ///
  /// - Parameter arguments: those behind the program's name, or behind the command's where it is one of several.
  public static func main<Hosted: HostedService>(
    _ type: Hosted.Type, arguments: [String] = Array(CommandLine.arguments.dropFirst())
  ) async {
    let table = SettingsTable(
      service: Hosted.name, defaultPort: Hosted.defaultPort, settings: Hosted.settings, isPeer: Hosted.isPeer)
    if arguments.contains("--help") || arguments.contains("-h") {
      print(
        table.help(program: Hosted.program, summary: Hosted.summary, discussion: Hosted.discussion), terminator: "")
      exit(ExitCode.success)
    }
    // A peer that hangs up is an error of one write, not the end of the process.
    signal(SIGPIPE, SIG_IGN)
    do {
      if arguments.first == Migrating.word {
        try await Migrating.run(type, table, Array(arguments.dropFirst()), processEnvironment())
      } else {
        try await run(type, table.resolve(arguments: arguments, environment: processEnvironment()))
      }
      exit(ExitCode.success)
    } catch {
      let failure = startFailure(error)
      JSONLogHandler.standardError("\(Hosted.program): \(failure.message)\n")
      exit(failure.code)
    }
  }

  private static func run<Hosted: HostedService>(_ type: Hosted.Type, _ settings: SettingsValues) async throws {
    let level = Logger.Level(rawValue: try settings.string("log-level")) ?? .info
    LoggingSystem.bootstrap { label in
      var handler = JSONLogHandler(label: label, service: Hosted.name)
      handler.logLevel = level
      return handler
    }
    let registry = MetricsRegistry()
    MetricsSystem.bootstrap(registry)
    let logger = Logger(label: "colophon.\(Hosted.name)")

    let data = try settings.string("data")
    let folder = "\(data)/\(Hosted.name)"
    let lock = try DataLock(folder: folder)
    // Who is no peer has no token to show, and lets nobody in by one.
    let token =
      Hosted.isPeer
      ? try TokenFile.load(settings.optionalString("token-file") ?? "\(data)/token")
      : Hex.encode(try SecureRandom.bytes(32))
    let shown = settings.shown.map { ($0.name, Logger.MetadataValue.string("\($0.value) (\($0.source))")) }
    logger.notice("starting", metadata: Logger.Metadata(uniqueKeysWithValues: shown))

    let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: RPCClient.httpConfiguration)
    let context = ServiceContext(
      service: Hosted.name, settings: settings, logger: logger, folder: folder, token: token,
      issuer: Hosted.isPeer ? try settings.string("issuer") : "", http: http)
    let outcome: Result<Void, any Error>
    do {
      let service = try await Hosted(context: context)
      outcome = .success(try await ServiceProcess(service, context, registry).run())
    } catch {
      outcome = .failure(error)
    }
    try? await http.shutdown()
    withExtendedLifetime(lock) {}
    try outcome.get()
    logger.notice("stopped")
  }

  static func startFailure(_ error: any Error) -> StartFailure {
    switch error {
    case let error as StartFailure: return error
    case let error as SettingsError: return StartFailure(message: "\(error)", code: ExitCode.usage)
    case FileError.locked: return StartFailure(message: "\(error)", code: ExitCode.unavailable)
    default: return StartFailure(message: "\(error)", code: ExitCode.software)
    }
  }

  private static func processEnvironment() -> [String: String] {
    var found: [String: String] = [:]
    var at = environ
    while let entry = at.pointee {
      let parts = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 { found[String(parts[0])] = String(parts[1]) }
      at += 1
    }
    return found
  }
}
