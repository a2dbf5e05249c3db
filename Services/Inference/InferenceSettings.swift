public import Exact
internal import Glibc
internal import ServiceKit

/// How this service runs models.
public struct InferenceSettings: Sendable {
  /// Holds one folder for each model (`ModelFolder`).
  public var models: String
  public var kernel: KernelChoice
  /// Threads of one forward pass.
  public var threads: Int
  /// Most tokens that a prompt and its answer may have together; nil: what each manifest offers.
  public var contextTokensMax: Int?
  /// Requests that may wait behind the one that runs.
  public var waitingMax: Int

  public init(
    models: String, kernel: KernelChoice = .automatic, threads: Int = InferenceSettings.cores,
    contextTokensMax: Int? = nil, waitingMax: Int = 32
  ) {
    self.models = models
    self.kernel = kernel
    self.threads = threads
    self.contextTokensMax = contextTokensMax
    self.waitingMax = waitingMax
  }

  init(_ values: SettingsValues, folder: String) throws {
    models = values.optionalString("models") ?? "\(folder)/models"
    kernel = KernelChoice(rawValue: try values.string("kernel")) ?? .automatic
    threads = values.optionalInt("threads") ?? Self.cores
    contextTokensMax = values.optionalInt("context-tokens-max")
    waitingMax = try values.int("waiting-max")
  }

  /// Processors that are online, within what a pool takes.
  public static var cores: Int { min(max(1, Int(sysconf(CInt(_SC_NPROCESSORS_ONLN)))), ThreadPool.maxThreads) }

  static let table = [
    Setting("models", .path, help: "Folder with one folder for each model; DATA/inference/models unless set."),
    Setting(
      "kernel", .choice(KernelChoice.allCases.map(\.rawValue)), default: "automatic",
      help: "Instruction set of the kernels. All give the same bits; they differ in speed."),
    Setting("threads", .int(1...ThreadPool.maxThreads), help: "Threads of a forward pass; one per core unless set."),
    Setting(
      "context-tokens-max", .int(1...1_048_576),
      help: "Most tokens of a prompt and its answer together; what a model's manifest offers unless set."),
    Setting(
      "waiting-max", .int(0...10_000), default: "32",
      help: "Requests that may wait while one runs; more are refused with resource_exhausted."),
  ]
}
