internal import Codec
internal import Cryptography
internal import HTTPTypes
internal import Hummingbird
internal import Logging
public import ServiceKit
public import ServiceLifecycle
internal import Stores

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// The public face of the suite: answers requests over the OpenAI API, and brings each one's receipt into the log.
public struct OrchestratorService: HostedService {
  public static let name = "orchestrator"
  public static let summary = "Answers requests over the OpenAI API, each with a receipt in the log."
  public static let defaultPort = 8080
  public static var settings: [Setting] { OrchestratorSettings.table }
  static let build = "colophon-orchestrator/0.1.0"

  let pipeline: Pipeline
  let slots: RequestSlots
  let reportSlots = RequestSlots(count: AttestationRoute.reportsMax)
  let recovery: Recovery
  let later: LaterAttributor

  public init(context: ServiceContext) async throws {
    try await self.init(
      peers: RemotePeers(context), settings: OrchestratorSettings(context.settings, folder: context.folder),
      folder: context.folder,
      issuer: context.issuer, key: context.signingKey("receipt"), logger: context.logger)
  }

  /// - Parameters:
  ///   - folder: of the outbox.
  ///   - now: milliseconds since 1970.
  init(
    peers: any Peers, settings: OrchestratorSettings, folder: String, issuer: String, key: SigningKey, logger: Logger,
    now: @escaping @Sendable () -> UInt64 = { UInt64(Date().timeIntervalSince1970 * 1000) }
  ) async throws {
    let outbox = try await Outbox(settings.database ?? .sqlite(path: OrchestratorSettings.path(folder)))
    let log = LogHeadKeeper(outbox: outbox, peers: peers, logger: logger)
    let registrar = Registrar(outbox: outbox, peers: peers, log: log, logger: logger)
    let keyID = COSEKey(key.publicKey).keyID
    pipeline = Pipeline(
      outbox: outbox, peers: peers, log: log,
      models: ModelCatalog(peers: peers, registrar: registrar, logger: logger), registrar: registrar, key: key,
      keyID: keyID, issuer: issuer, settings: settings, logger: logger, now: now,
      random: { try SecureRandom.bytes($0) })
    slots = RequestSlots(count: settings.requestsMax)
    let epochs = EpochKeeper(
      outbox: outbox, registrar: registrar, key: key, keyID: keyID, issuer: issuer, interval: settings.epochInterval,
      receiptsMax: settings.epochReceiptsMax, logger: logger, now: now)
    recovery = Recovery(pipeline, epochs)
    later = LaterAttributor(pipeline)
  }

  public static func migrate(settings: SettingsValues, folder: String, dryRun: Bool) async throws -> [String]? {
    try await OrchestratorSettings.database(settings, folder: folder).migrate(Outbox.schema, dryRun: dryRun)
  }

  public var backgroundServices: [any Service] { [recovery, later] }

  public var readinessChecks: [ReadinessCheck] {
    let pipeline = pipeline
    return Peer.allCases.map { peer in
      ReadinessCheck(peer.rawValue) {
        _ = try await pipeline.peers.identity(of: peer)
        return nil
      }
    } + [ReadinessCheck("log") { pipeline.log.refusal }]
  }

  public func addRoutes(to routes: ServiceRoutes) {
    addProcedures(to: routes.rpc)
    let rest = routes.open.group().add(middleware: APIErrorMiddleware())
    let chat = ChatRoute(pipeline: pipeline, slots: slots)
    let verify = VerifyRoute(pipeline: pipeline, slots: slots)
    let receipts = ReceiptRoutes(pipeline: pipeline)
    let epochs = EpochRoutes(pipeline: pipeline, receipts: receipts)
    let verdicts = VerdictRoutes(pipeline: pipeline, receipts: receipts)
    let credit = CreditRoutes(pipeline: pipeline, receipts: receipts)
    let models = ModelRoutes(pipeline: pipeline)
    let log = LogRoutes(pipeline: pipeline)
    let entries = EntryRoutes(pipeline: pipeline)
    rest.route("/v1/chat/completions", .post, chat.answer)
    rest.route("/v1/verify", .post, verify.verify)
    rest.route("/v1/models", .get, models.list)
    rest.route("/v1/models/:id", .get, models.one)
    rest.route("/v1/receipts/:id", .get, receipts.view)
    rest.route("/v1/receipts/:id/bundle", .get, receipts.bundle)
    rest.route("/v1/receipts/:id/epoch", .get, epochs.proof)
    rest.route("/v1/receipts/:id/verdict", .post, verdicts.ask)
    rest.route("/v1/attribution/:id", .get, credit.attribution)
    rest.route("/v1/contributors/:id/statement", .get, credit.statement)
    rest.route("/v1/epochs", .get, epochs.list)
    rest.route("/v1/attestation/report", .get, AttestationRoute(pipeline: pipeline, slots: reportSlots).report)
    rest.route("/checkpoint", .get, log.checkpoint)
    rest.route("/tile/**", .get, log.tile)
    rest.route("/.well-known/scitt-keys", .get, log.keys)
    rest.route("/entries", .post, entries.register)
    rest.route("/entries/:id", .get, entries.resolve)
    // Added last, this one sees only what no route above took.
    routes.open.add(middleware: APIErrorMiddleware())
  }
}

extension RouterMethods where Context == ServiceRequestContext {
  /// One route with one method; the others are answered 405.
  fileprivate func route(
    _ path: RouterPath, _ method: HTTPRequest.Method,
    _ answer: @escaping @Sendable (Request, ServiceRequestContext) async throws -> Response
  ) {
    on(path, method: method) { request, context in try await answer(request, context) }
    for other in [HTTPRequest.Method.get, .head, .post, .put, .patch, .delete, .options] where other != method {
      on(path, method: other) { _, _ in
        var response = APIError(
          .methodNotAllowed, code: "method_not_allowed", "This path takes \(method.rawValue) only."
        ).response
        response.headers[.allow] = method.rawValue
        return response
      }
    }
  }
}
