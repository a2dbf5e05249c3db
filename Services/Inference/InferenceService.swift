internal import Codec
public import Cryptography
internal import Exact
internal import Logging
internal import RPC
internal import Receipts
public import ServiceKit
internal import Wire

/// Runs models exactly and signs what it ran.
public struct InferenceService: HostedService {
  public static let name = "inference"
  public static let summary = "Runs language models with exact arithmetic, and signs what it ran."
  public static let defaultPort = 8081
  public static var settings: [Setting] { InferenceSettings.table + EvidenceSettings.table }
  static let build = "colophon-inference/0.1.0"

  let models: ServedModels
  let signer: ExecutionSigner
  /// By the digest of the model's manifest.
  let schedulers: [Digest32: Scheduler]
  let pool: ThreadPool
  let settings: InferenceSettings
  /// Nil: it has none of trusted hardware.
  let evidence: KeyEvidence?
  /// Nil: no sentence encoder is served.
  let embedder: Embedder?
  let running = RunningGenerations()
  let metrics = InferenceMetrics()

  public init(context: ServiceContext) async throws {
    let key = try context.signingKey("execution")
    try await self.init(
      settings: InferenceSettings(context.settings, folder: context.folder), issuer: context.issuer, key: key,
      evidence: KeyEvidence.make(context, key: key, build: Self.build))
    for refusal in models.refused {
      context.logger.error("model refused", metadata: ["folder": "\(refusal.name)", "reason": "\(refusal.why)"])
    }
    for loaded in models.models {
      context.logger.notice(
        "model served",
        metadata: [
          "model": "\(loaded.manifest.id)", "manifest": "\(loaded.manifestDigest)",
          "kernel": "\(loaded.model.model.kernel)", "threads": "\(pool.threads)",
        ])
    }
  }

  /// Loads every model of the folder. Errors: an unreadable folder, or a kernel that the processor lacks.
  public init(settings: InferenceSettings, issuer: String, key: SigningKey) async throws {
    try await self.init(settings: settings, issuer: issuer, key: key, evidence: nil)
  }

  init(settings: InferenceSettings, issuer: String, key: SigningKey, evidence: KeyEvidence?) async throws {
    self.evidence = evidence
    _ = try settings.kernel.resolved()
    pool = try ThreadPool(threads: settings.threads, pinned: settings.pinThreads)
    self.settings = settings
    signer = ExecutionSigner(issuer: issuer, key: key, build: Self.build)
    // On a thread that may be busy for long.
    let loader = try EngineThread(waitingMax: 0)
    let models = try await loader.run { try ServedModels(settings: settings) }
    self.models = models
    embedder = try await Embedder(settings, pool: pool)
    var schedulers: [Digest32: Scheduler] = [:]
    for loaded in models.models {
      schedulers[loaded.manifestDigest] = try Scheduler(
        model: loaded.model.model, pool: pool,
        contextLimit: min(loaded.manifest.contextLength, settings.contextTokensMax ?? .max), limits: settings.serving)
    }
    self.schedulers = schedulers
  }

  public func addRoutes(to routes: ServiceRoutes) {
    routes.rpc.serve(InferenceProcedures.getIdentity) { _, _ in identity }
    routes.rpc.serve(InferenceProcedures.listModels) { _, _ in listModels() }
    routes.rpc.serve(InferenceProcedures.generate, limits: Self.generateLimits) { input, call, send in
      try await generate(input, call, send)
    }
    routes.rpc.serve(InferenceProcedures.getReport) { input, call in try await report(input, call) }
    routes.rpc.serve(InferenceProcedures.embed) { input, _ in try await embed(input) }
    routes.rpc.serve(InferenceProcedures.cancel) { input, _ in CancelResponse(found: running.cancel(input.receiptID)) }
  }

  public var readinessChecks: [ReadinessCheck] {
    [
      ReadinessCheck("models") {
        if models.models.isEmpty, models.refused.isEmpty { return "no model in \(settings.models)" }
        return models.refused.isEmpty ? nil : models.refused.map { "\($0.name): \($0.why)" }.joined(separator: "; ")
      }
    ] + evidenceChecks
  }

  /// A body of the most that a client may send, with the salts of its messages and what was retrieved for it.
  private static var generateLimits: WireLimits {
    var limits = WireLimits()
    limits.maxBytes = 8 << 20
    return limits
  }

  var identity: Identity {
    Identity(
      issuer: signer.issuer, keyID: COSEKey(signer.key.publicKey).keyID, publicKey: signer.key.publicKey.raw,
      kinds: ["execution"], build: Self.build)
  }

  func listModels() -> ListModelsResponse {
    ListModelsResponse(
      models: models.models.map {
        ServedModel(
          id: $0.manifest.id, manifestDigest: $0.manifestDigest.bytes, modelStatement: $0.statement.bytes,
          contextLength: UInt32(clamping: $0.manifest.contextLength),
          createdUnixMs: $0.statement.statement.issuedAt * 1000)
      })
  }
}
