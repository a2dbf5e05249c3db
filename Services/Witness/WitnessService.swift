public import Cryptography
internal import Glibc
internal import Hummingbird
public import Logging
internal import MerkleLog
public import ServiceKit
internal import Stores

/// `colophon witness`: follows logs, ours and others', and cosigns each checkpoint that continues the one before.
public struct WitnessService: HostedService {
  public static let name = "witness"
  public static let program = "colophon witness"
  public static let summary = "Cosigns the checkpoints of logs, after it has seen that each continues the one before."
  public static let defaultPort = 8085
  public static let isPeer = false
  public static var settings: [Setting] { WitnessSettings.table }
  public static let discussion = """
    A log could show you one tree and somebody else another. A witness makes that impossible to hide: it keeps the last
    tree of each log that it cosigned and never cosigns one that does not continue it. Run it where the log's operator
    has no say: on another machine, with its own key. It speaks c2sp.org/tlog-witness: POST /add-checkpoint, and
    GET /<SHA-256 of the origin>/checkpoint for whoever wants to compare.

    1. Write a file with the logs to follow; the verifier key comes from the log's operator (colophon keys):

         logs/v0
         vkey log.example/2026+5c7e1f0a+AQ...

    2. Start it:  colophon witness --name witness.example/2026 --logs FILE --data DIR
       GET / answers with this witness's verifier key, and the origins that it follows.
    3. The log's operator gives that key and this address to storage (colophon-storage --witnesses FILE), and every
       verifier lists the key under "witnesses" in its trust policy, with a quorum.

    DIR/witness holds the key and the memory. Never run two copies of it, and never restore an old one: a witness that
    forgot what it cosigned can be led to cosign a fork. With a key and no memory it does not start.
    """

  public let witness: Witness

  public init(context: ServiceContext) async throws {
    try await self.init(
      settings: WitnessSettings(context.settings), folder: context.folder, logger: context.logger,
      now: WitnessClock.seconds
    ) { try context.signingKey("cosignature") }
  }

  /// - Parameters:
  ///   - folder: holds the memory, `witness.sqlite`, and the key.
  ///   - now: seconds since 1970.
  ///   - key: loads the key, or makes it.
  public init(
    settings: WitnessSettings, folder: String, logger: Logger, now: @escaping @Sendable () -> UInt64,
    key: () throws -> SigningKey
  ) async throws {
    let database = "\(folder)/witness.sqlite"
    // The memory is made before the key: a key without one has lost it.
    guard access(database, F_OK) == 0 || access("\(folder)/keys/cosignature.key", F_OK) != 0 else {
      throw WitnessSettingsError.memoryLost(database: database)
    }
    let store = try WitnessStore(path: database)
    let cosigner = try Cosigner(name: settings.name, key: key())
    if let own = settings.logs.first(where: { $0.key.key == cosigner.verifierKey.key }) {
      throw WitnessSettingsError.ownKey(origin: own.origin)
    }
    witness = Witness(cosigner: cosigner, store: store, logs: settings.logs, now: now)
    logger.notice(
      "witness", metadata: ["vkey": "\(cosigner.verifierKey)", "logs": "\(witness.origins.joined(separator: " "))"])
  }

  public func addRoutes(to routes: ServiceRoutes) {
    let answers = WitnessRoutes(witness: witness)
    routes.open.get("/") { request, context in answers.about(request, context) }
    routes.open.post("/add-checkpoint") { request, context in try await answers.add(request, context) }
    routes.open.get("/:hash/checkpoint") { request, context in try await answers.latest(request, context) }
  }
}
