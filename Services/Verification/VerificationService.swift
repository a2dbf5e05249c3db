internal import Codec
public import Cryptography
internal import Exact
internal import Logging
internal import RPC
public import ServiceKit
public import ServiceLifecycle
internal import Wire

/// Checks what others claim, by doing it again, and signs a verdict. It never asks inference anything.
public struct VerificationService: HostedService {
  public static let name = "verification"
  public static let summary = "Executes answers again with exact arithmetic, and signs what it found."
  public static let defaultPort = 8082
  public static var settings: [Setting] { VerificationSettings.table }
  static let build = "colophon-verification/0.1.0"

  let settings: VerificationSettings
  let issuer: String
  let key: SigningKey
  let store: ModelStore
  let engine: EngineThread
  let pool: ThreadPool
  let metrics = VerificationMetrics()
  /// Nil where no log is named: verdicts then say nothing about one, and neither does this service.
  let log: LogWatch?

  public init(context: ServiceContext) async throws {
    let name = VerificationSettings.storageURL
    let log = try context.settings.optionalString(name).map { _ in
      try LogWatch(
        path: "\(context.folder)/log-head.json", source: .init(context.client(peer: name)), logger: context.logger)
    }
    if log == nil { context.logger.notice("no log is watched: --\(name) is not set") }
    try self.init(
      settings: VerificationSettings(context.settings), issuer: context.issuer, key: context.signingKey("verdict"),
      log: log)
  }

  /// Errors: a kernel that the processor lacks, a registration policy that cannot be read.
  public init(settings: VerificationSettings, issuer: String, key: SigningKey) throws {
    try self.init(settings: settings, issuer: issuer, key: key, log: nil)
  }

  init(settings: VerificationSettings, issuer: String, key: SigningKey, log: LogWatch?) throws {
    _ = try settings.kernel.resolved()
    if let path = settings.registrationPolicy { _ = try ExecutionKeys(path: path) }
    self.settings = settings
    self.issuer = issuer
    self.key = key
    self.log = log
    store = ModelStore(settings)
    engine = try EngineThread(waitingMax: settings.waitingMax)
    pool = try ThreadPool(threads: settings.threads)
  }

  public var backgroundServices: [any Service] { log.map { [$0] } ?? [] }

  public var readinessChecks: [ReadinessCheck] {
    log.map { log in [ReadinessCheck("log") { log.refusal }] } ?? []
  }

  public func addRoutes(to routes: ServiceRoutes) {
    routes.rpc.serve(VerificationProcedures.getIdentity) { _, _ in identity }
    routes.rpc.serve(VerificationProcedures.reexecute, limits: Self.reexecuteLimits) { input, call in
      try await reexecute(input, call)
    }
  }

  /// Room for a request body of the most that a client may send, its messages a second time, and the answer.
  private static var reexecuteLimits: WireLimits {
    var limits = WireLimits()
    limits.maxBytes = 16 << 20
    limits.maxMemory = 64 << 20
    return limits
  }

  var identity: Identity {
    Identity(
      issuer: issuer, keyID: COSEKey(key.publicKey).keyID, publicKey: key.publicKey.raw, kinds: ["verdict"],
      build: Self.build)
  }
}
