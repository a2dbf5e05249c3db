internal import Codec
public import Cryptography
internal import Exact
internal import RPC
public import ServiceKit
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

  public init(context: ServiceContext) async throws {
    try self.init(
      settings: VerificationSettings(context.settings), issuer: context.issuer, key: context.signingKey("verdict"))
  }

  /// Errors: a kernel that the processor lacks, a registration policy that cannot be read.
  public init(settings: VerificationSettings, issuer: String, key: SigningKey) throws {
    _ = try settings.kernel.resolved()
    if let path = settings.registrationPolicy { _ = try ExecutionKeys(path: path) }
    self.settings = settings
    self.issuer = issuer
    self.key = key
    store = ModelStore(settings)
    engine = try EngineThread(waitingMax: settings.waitingMax)
    pool = try ThreadPool(threads: settings.threads)
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
