internal import Codec
public import Cryptography
internal import Exact
internal import Logging
internal import RPC
public import ServiceKit
public import ServiceLifecycle
internal import Stores
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
  let reexecutions: WaitingReexecutions
  let pool: ThreadPool
  let metrics = VerificationMetrics()
  /// Nil where no log is named: verdicts then say nothing about one, and neither does this service.
  let log: LogWatch?
  /// Nil likewise: a verdict that comes later is for the log.
  let queue: VerdictQueue?
  /// Nil likewise, and where the operator has no policy for trusted hardware.
  let appraiser: EvidenceAppraiser?

  public init(context: ServiceContext) async throws {
    let name = VerificationSettings.storageURL
    let settings = try VerificationSettings(context.settings, folder: context.folder)
    guard context.settings.optionalString(name) != nil else {
      guard settings.teePolicy == nil else {
        throw SettingsError.contradiction("tee-policy is set and \(name) is not: evidence is kept in storage")
      }
      context.logger.notice("no log is watched, and verdicts are made at once only: --\(name) is not set")
      try self.init(settings: settings, issuer: context.issuer, key: context.signingKey("verdict"))
      return
    }
    let storage = try context.client(peer: name) { options in
      options.limits.maxBytes = LogAccess.messageBytesMax
      options.limits.maxMemory = 4 * LogAccess.messageBytesMax
    }
    let log = try LogWatch(
      path: "\(context.folder)/log-head.json", source: .init(storage), logger: context.logger)
    let store = try await VerdictStore(settings.database ?? .sqlite(path: VerificationSettings.path(context.folder)))
    let access = LogAccess(storage)
    let blobs = StorageBlobs(storage)
    let cache = ModelCache(
      folder: "\(context.folder)/models", bytesMax: settings.modelCacheBytes, logger: context.logger
    ) { digest, bytes, path in try await blobs.fetch(digest, bytes: bytes, to: path) }
    try self.init(
      settings: settings, issuer: context.issuer, key: context.signingKey("verdict"), log: log,
      queue: VerdictQueue(store: store, log: access, logger: context.logger), cache: cache,
      appraiser: settings.teePolicy.map {
        EvidenceAppraiser(path: $0, collateral: settings.teeCollateral, blob: access.blob)
      })
  }

  /// Errors: a kernel that the processor lacks, a registration policy that cannot be read.
  public init(settings: VerificationSettings, issuer: String, key: SigningKey) throws {
    try self.init(settings: settings, issuer: issuer, key: key, log: nil, queue: nil)
  }

  init(
    settings: VerificationSettings, issuer: String, key: SigningKey, log: LogWatch?, queue: VerdictQueue?,
    cache: ModelCache? = nil, appraiser: EvidenceAppraiser? = nil
  ) throws {
    _ = try appraiser?.policy()
    _ = try appraiser?.handed()
    _ = try settings.kernel.resolved()
    if let path = settings.registrationPolicy { _ = try ExecutionKeys(path: path) }
    self.settings = settings
    self.issuer = issuer
    self.key = key
    self.log = log
    self.queue = queue
    self.appraiser = appraiser
    store = ModelStore(settings, cache: cache)
    engine = try EngineThread(waitingMax: settings.waitingMax)
    reexecutions = WaitingReexecutions(engine)
    pool = try ThreadPool(threads: settings.threads)
  }

  public static func migrate(settings: SettingsValues, folder: String, dryRun: Bool) async throws -> [String]? {
    try await VerificationSettings.database(settings, folder: folder).migrate(VerdictStore.schema, dryRun: dryRun)
  }

  public var backgroundServices: [any Service] {
    let watch: [any Service] = log.map { [$0] } ?? []
    guard let queue else { return watch }
    return watch + [VerdictWorker(service: self, queue: queue), DrawKeeper(service: self, queue: queue)]
  }

  public var readinessChecks: [ReadinessCheck] {
    log.map { log in [ReadinessCheck("log") { log.refusal }] } ?? []
  }

  public func addRoutes(to routes: ServiceRoutes) {
    routes.rpc.serve(VerificationProcedures.getIdentity) { _, _ in identity }
    routes.rpc.serve(VerificationProcedures.reexecute, limits: Self.reexecuteLimits) { input, call in
      try await reexecute(input, call)
    }
    routes.rpc.serve(VerificationProcedures.scoreDocuments, limits: Self.reexecuteLimits) { input, call in
      try await scoreDocuments(input, call)
    }
    routes.rpc.serve(VerificationProcedures.requestVerdict) { input, _ in try await later().request(input) }
    routes.rpc.serve(VerificationProcedures.enlist) { input, _ in try await later().enlist(input) }
    routes.rpc.serve(VerificationProcedures.getVerdict) { input, _ in try await later().status(input) }
  }

  private func later() throws -> VerdictQueue {
    guard let queue else {
      throw RPCError(
        .failedPrecondition, "verdicts come later only where a log is: set --\(VerificationSettings.storageURL)")
    }
    return queue
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
      issuer: issuer, keyID: COSEKey(key.publicKey).keyID, publicKey: key.publicKey.raw,
      kinds: ["verdict", "draw", "reveal"],
      build: Self.build)
  }
}
