internal import Codec
internal import Credit
public import Cryptography
public import Logging
internal import RPC
internal import Receipts
public import ServiceKit
public import ServiceLifecycle
internal import Stores
internal import Wire

/// Shares the price of every execution, signs the shares and keeps the ledger.
public struct AttributionService: HostedService {
  public static let name = "attribution"
  public static let summary = "Computes who deserves credit for each answer, signs it, and keeps the ledger."
  public static let defaultPort = 8084
  public static var settings: [Setting] { AttributionSettings.table }
  static let build = "colophon-attribution/0.1.0"

  let signer: AttributionSigner
  /// Of receipts from its policy's day on.
  let nextSigner: AttributionSigner?
  let ledger: LedgerStore
  let contributions: ContributionStore
  let owner: String
  let metrics = AttributionMetrics()
  /// Seconds since 1970, for what is signed and posted.
  let now: @Sendable () -> Int64
  /// Nil where no log is named: then nothing is said of who owns a document.
  let feed: RegistryFeed?
  /// Nil for a policy without `span/1`.
  let spans: SpanLookup?
  /// Nil where documents of collections are not offered.
  let indexer: CollectionIndexer?

  public init(context: ServiceContext) async throws {
    let name = AttributionSettings.storageURL
    let storage = try context.settings.optionalString(name).map { _ in try context.client(peer: name) }
    if storage == nil { context.logger.notice("no log is followed: --\(name) is not set") }
    try await self.init(
      settings: AttributionSettings(context.settings, folder: context.folder), folder: context.folder,
      issuer: context.issuer, key: context.signingKey("attribution"), logger: context.logger, now: UnixClock.seconds,
      log: storage.map { RegistryFeed.Source($0) }, embed: CollectionIndexer.embed(context))
  }

  /// Opens and audits the ledger in `folder`, and signs the policy unless it is signed already.
  ///
  /// Errors: a ledger that contradicts itself, or a policy that was changed and kept its id.
  ///
  /// - Parameter now: seconds since 1970, for what is signed.
  public init(
    settings: AttributionSettings, folder: String, issuer: String, key: SigningKey, logger: Logger,
    now: @escaping @Sendable () -> Int64 = UnixClock.seconds
  ) async throws {
    try await self.init(
      settings: settings, folder: folder, issuer: issuer, key: key, logger: logger, now: now, log: nil)
  }

  init(
    settings: AttributionSettings, folder: String, issuer: String, key: SigningKey, logger: Logger,
    now: @escaping @Sendable () -> Int64, log: RegistryFeed.Source?, embed: CollectionIndexer.Embed? = nil
  ) async throws {
    ledger = try await LedgerStore(settings.database ?? .sqlite(path: AttributionSettings.path(folder)))
    contributions = ContributionStore(ledger)
    let near = try settings.policy.near.map { try NearCopies($0, folder: settings.collections) }
    spans = try SpanLookup(settings)
    feed = log.map { [contributions, spans] in
      RegistryFeed(
        contributions, source: $0, near: near, spans: spans, interval: settings.logInterval, logger: logger)
    }
    indexer = try CollectionIndexer(settings, feed: feed, ledger: ledger, logger: logger, embed: embed)
    let audit = try await ledger.audit(settings.audit)
    owner = settings.owner
    self.now = now
    try settings.requireEffective(unixMs: UInt64(clamping: now()) * 1_000)
    signer = try await AttributionSigner(policy: settings.policy, issuer: issuer, key: key, ledger: ledger, now: now)
    if let next = settings.nextPolicy {
      nextSigner = try await AttributionSigner(policy: next, issuer: issuer, key: key, ledger: ledger, now: now)
    } else {
      nextSigner = nil
    }
    logger.notice(
      "ledger audited",
      metadata: [
        "depth": "\(settings.audit.rawValue)", "receipts": "\(audit.receipts)", "settled": "\(audit.settled)",
        "postings": "\(audit.postings)", "accounts": "\(audit.accounts)", "policy": "\(settings.policy.id)",
        "policy_statement": "\(signer.policyStatement.digest)",
      ])
  }

  public static func migrate(settings: SettingsValues, folder: String, dryRun: Bool) async throws -> [String]? {
    try await AttributionSettings.database(settings, folder: folder).migrate(LedgerStore.schema, dryRun: dryRun)
  }

  public func addRoutes(to routes: ServiceRoutes) {
    routes.rpc.serve(AttributionProcedures.getIdentity) { _, _ in identity }
    routes.rpc.serve(AttributionProcedures.attribute, limits: Self.documentLimits) { input, _ in
      try await attribute(input)
    }
    routes.rpc.serve(AttributionProcedures.getPolicy) { input, _ in try policy(input) }
    routes.rpc.serve(AttributionProcedures.settle) { input, _ in try await settle(input) }
    routes.rpc.serve(AttributionProcedures.getBalance) { input, _ in try await balance(input) }
    routes.rpc.serve(AttributionProcedures.listCredits) { input, _ in try await credits(input) }
    routes.rpc.serve(AttributionProcedures.listEntries) { input, _ in try await entries(input) }
    routes.rpc.serve(AttributionProcedures.followLog) { input, _ in try await follow(input) }
    routes.rpc.serve(AttributionProcedures.listContributions) { input, _ in try await list(input) }
    addActs(to: routes)
    routes.rpc.serve(AttributionProcedures.findOwners, limits: Self.documentLimits) { input, _ in
      try await findOwners(input)
    }
    routes.rpc.serve(AttributionProcedures.findSpans) { input, _ in try await findSpans(input) }
    routes.rpc.serve(AttributionProcedures.findNearest) { input, _ in try await findNearest(input) }
    routes.rpc.serve(AttributionProcedures.retrieve) { input, _ in try await retrieve(input) }
  }

  /// Room for the texts of all documents of one request, those that stand in it and those that were retrieved, and what was
  /// found of them.
  private static var documentLimits: WireLimits {
    var limits = WireLimits()
    limits.maxBytes = 16 << 20
    limits.maxMemory = 64 << 20
    return limits
  }

  public var backgroundServices: [any Service] { (feed.map { [$0] } ?? []) + (indexer.map { [$0] } ?? []) }

  public var readinessChecks: [ReadinessCheck] {
    [
      ReadinessCheck("ledger") { [ledger, owner] in
        _ = try await ledger.balance(of: owner)
        return nil
      }
    ] + (feed.map { feed in [ReadinessCheck("log") { await feed.refusal?.why }] } ?? [])
  }

  var identity: Identity {
    Identity(
      issuer: signer.issuer, keyID: COSEKey(signer.key.publicKey).keyID, publicKey: signer.key.publicKey.raw,
      kinds: ["attribution", "policy"], build: Self.build)
  }
}
