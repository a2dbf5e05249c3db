public import Exact
internal import Glibc
internal import ServiceKit

/// How this service executes again. Kernel and threads may differ from those of inference: the bits may not.
public struct VerificationSettings: Sendable {
  /// Holds one folder for each model (`ModelFolder`).
  public var models: String
  public var kernel: KernelChoice
  public var threads: Int
  /// Requests that may wait behind the one that runs.
  public var waitingMax: Int
  /// Models kept in memory; the one unused for longest goes first.
  public var modelsMax: Int
  /// Names the keys whose execution statements are accepted; nil: signatures are left to the offline verifier.
  public var registrationPolicy: String?

  public init(
    models: String, kernel: KernelChoice = .automatic, threads: Int = VerificationSettings.cores, waitingMax: Int = 64,
    modelsMax: Int = 2, registrationPolicy: String? = nil
  ) {
    self.models = models
    self.kernel = kernel
    self.threads = threads
    self.waitingMax = waitingMax
    self.modelsMax = modelsMax
    self.registrationPolicy = registrationPolicy
  }

  init(_ values: SettingsValues) throws {
    models = try values.optionalString("models") ?? "\(values.string("data"))/inference/models"
    kernel = KernelChoice(rawValue: try values.string("kernel")) ?? .automatic
    threads = values.optionalInt("threads") ?? Self.cores
    waitingMax = try values.int("waiting-max")
    modelsMax = try values.int("models-max")
    registrationPolicy = values.optionalString("registration-policy")
  }

  /// Processors that are online, within what a pool takes.
  public static var cores: Int { min(max(1, Int(sysconf(CInt(_SC_NPROCESSORS_ONLN)))), ThreadPool.maxThreads) }

  static let storageURL = "storage-url"

  static let table = [
    Setting(
      storageURL, .url,
      help: "Address of the storage service, whose log must continue what was seen of it before a verdict is signed; "
        + "unset: no log is watched."),
    Setting("models", .path, help: "Folder with one folder for each model; DATA/inference/models unless set."),
    Setting(
      "kernel", .choice(KernelChoice.allCases.map(\.rawValue)), default: "automatic",
      help: "Instruction set of the kernels; another than inference's makes the check independent of its kernels."),
    Setting("threads", .int(1...ThreadPool.maxThreads), help: "Threads of a forward pass; one per core unless set."),
    Setting(
      "waiting-max", .int(0...10_000), default: "64",
      help: "Requests that may wait while one runs; more are refused with resource_exhausted."),
    Setting("models-max", .int(1...64), default: "2", help: "Models kept in memory; loaded when first needed."),
    Setting(
      "registration-policy", .path,
      help: "JSON file of the keys whose execution statements are accepted; without it signatures are not checked here."
    ),
  ]
}
