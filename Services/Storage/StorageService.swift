public import AsyncHTTPClient
internal import Codec
internal import Cryptography
public import Logging
internal import MerkleLog
internal import RPC
internal import Receipts
public import ServiceKit
public import ServiceLifecycle
public import Stores
internal import Wire

/// Keeps blobs and statements, signs their custody, and runs the log.
public struct StorageService: HostedService {
  public static let name = "storage"
  public static let summary = "Keeps blobs and statements, signs their custody, and runs the append-only log."
  public static let defaultPort = 8083
  public static var settings: [Setting] { StorageSettings.table }
  static let build = "colophon-storage/0.1.0"

  let issuer: String
  let origin: String
  let keys: StorageKeys
  let blobs: BlobStore
  let uploads: UploadStore
  let collector: BlobCollector
  let custody: CustodyStore
  let log: ServedLog
  let settings: StorageSettings
  let registration: Registration
  let checkpointVkey: String
  let unixMs: @Sendable () -> Int64
  let metrics: StorageMetrics
  let fault: BlobFault
  private let blobSettings: BlobSettings
  private let logger: Logger

  public init(context: ServiceContext) async throws {
    try await self.init(
      settings: StorageSettings(context.settings, folder: context.folder), folder: context.folder,
      issuer: context.issuer,
      keys: StorageKeys(
        custody: context.signingKey("custody"), checkpoint: context.signingKey("checkpoint"),
        receipt: context.signingKey("log-receipt")),
      logger: context.logger, http: context.http, transport: HTTPOutboundTransport(http: context.http))
  }

  /// Opens the stores in `folder`, audits the log and finishes what a crash has left.
  ///
  /// Errors: a log that contradicts itself (`LogContradiction`, `AuditFailure`) or a head that a witness kept, an
  /// unreadable registration policy.
  ///
  /// - Parameters:
  ///   - unixMs: milliseconds since 1970, for what is signed.
  ///   - http: for blobs in an S3 store.
  ///   - transport: to witnesses and timestamping authority; only tests leave it out.
  ///   - fault: called at each step of an append; tests stop there.
  ///   - blobFault: called at each step of what is done with blobs.
  ///   - calls: what the stores ask of the file system; tests fail there.
  ///   - isExclusive: keeps a second sequencer off the log; tests that open a folder again turn it off.
  public init(
    settings: StorageSettings, folder: String, issuer: String, keys: StorageKeys, logger: Logger,
    http: HTTPClient? = nil, transport: (any OutboundTransport)? = nil,
    unixMs: @escaping @Sendable () -> Int64 = StorageClock.unixMs, fault: @escaping AppendFault = { _ in },
    blobFault: @escaping BlobFault = { _ in },
    calls: FileCalls = .system, isExclusive: Bool = true
  ) async throws {
    self.issuer = issuer
    self.settings = settings
    self.keys = keys
    self.unixMs = unixMs
    metrics = StorageMetrics()
    origin = settings.origin(checkpointKey: keys.checkpoint.publicKey)
    registration = try Registration(path: settings.registrationPolicy, custodian: (issuer, keys.custody.publicKey))
    self.logger = logger
    self.fault = blobFault
    blobSettings = settings.blobs
    let location = settings.database ?? .sqlite(path: StorageSettings.path(folder))
    let database = try await location.open(StorageSchema.schema)
    let catalogue = BlobCatalogue(database)
    let place = settings.blobs.place
    blobs = BlobStore(
      backend: try await place.blobs(folder: "\(folder)/blobs", http: http, calls: calls), catalogue: catalogue,
      bytesMax: settings.blobs.bytesMax, fault: blobFault, observe: { [metrics] in metrics.observed($0) })
    let before = try await catalogue.remember(place)
    if before != place.text {
      logger.warning(
        "the blobs are looked for in another place than before: copy there what was kept",
        metadata: ["before": "\(before)", "now": "\(place.text)"])
    }
    uploads = try await UploadStore(
      folder: "\(folder)/blobs.uploads", store: blobs, limits: settings.blobs.uploads, unixMs: unixMs, calls: calls)
    collector = BlobCollector(blobs, lifetimes: settings.blobs.lifetimes, unixMs: unixMs)
    custody = CustodyStore(database)
    let signer = try NoteSigner(name: origin, key: keys.checkpoint)
    checkpointVkey = "\(signer.verifierKey)"
    var start = LogStart(
      rows: LogRows(database), tiles: try await settings.tiles.tiles(folder: "\(folder)/log", http: http, calls: calls),
      signer: signer, unixMs: unixMs)
    start.fault = fault
    start.lockPath = isExclusive ? "\(folder)/log.lock" : nil
    log = try await ServedLog(start, database, settings, transport: transport, metrics: metrics, logger: logger)
  }

  public static func migrate(settings: SettingsValues, folder: String, dryRun: Bool) async throws -> [String]? {
    try await StorageSettings.database(settings, folder: folder).migrate(StorageSchema.schema, dryRun: dryRun)
  }

  public func addRoutes(to routes: ServiceRoutes) {
    routes.rpc.serve(StorageProcedures.getIdentity) { _, _ in identity }
    routes.rpc.serve(StorageProcedures.keep, limits: Self.keepLimits) { input, call in
      try await answering(call) { try await keep(input) }
    }
    routes.rpc.serve(StorageProcedures.getBlob) { input, call in try await answering(call) { try await blob(input) } }
    addBlobRoutes(to: routes)
    routes.rpc.serve(StorageProcedures.append) { input, call in try await answering(call) { try await append(input) } }
    routes.rpc.serve(StorageProcedures.getInclusion) { input, call in
      try await answering(call) { try await inclusion(input) }
    }
    routes.rpc.serve(StorageProcedures.getConsistency) { input, call in
      try await answering(call) { try await consistency(input) }
    }
    routes.rpc.serve(StorageProcedures.getCheckpoint) { _, call in try await answering(call) { try checkpoint() } }
    routes.rpc.serve(StorageProcedures.getTile) { input, call in try await answering(call) { try await tile(input) } }
    routes.rpc.serve(StorageProcedures.getLogKeys) { _, _ in logKeys }
  }

  public var backgroundServices: [any Service] {
    let care: any Service = BlobCare(service: self, settings: blobSettings, logger: logger)
    return [care] + log.feeds
  }

  public var readinessChecks: [ReadinessCheck] {
    // The audit is done before anything listens. Afterwards a failed commit makes the log unready, or a witness's proof.
    [
      ReadinessCheck("log") { [log] in await log.sequencer.failure.map { _ in "the last commit of the log failed" } },
      ReadinessCheck("witnesses") { [log] in log.witnessFeed?.refusal.map { "\($0)" } },
    ]
  }

  var identity: Identity {
    let key = keys.custody.publicKey
    return Identity(
      issuer: issuer, keyID: COSEKey(key).keyID, publicKey: key.raw,
      kinds: [StatementKind.custody, .tombstone].map(\.rawValue),
      build: Self.build)
  }

  var logKeys: LogKeys {
    LogKeys(
      origin: origin, checkpointVkey: checkpointVkey, receiptKey: keys.receipt.publicKey.raw, receiptIssuer: issuer,
      witnessVkeys: settings.witnesses.map(\.key.description),
      timestampRoots: settings.timestamps?.roots.map(\.der) ?? [])
  }
}
