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
  /// Whether threads stay on processors of their own.
  public var pinThreads: Bool
  public var serving: ServingLimits
  /// Folder of the sentence encoder; nil: documents of collections are not offered.
  public var embeddingsModel: String?

  public init(
    models: String, kernel: KernelChoice = .automatic, threads: Int = InferenceSettings.cores,
    contextTokensMax: Int? = nil, pinThreads: Bool = false, serving: ServingLimits = ServingLimits(),
    embeddingsModel: String? = nil
  ) {
    self.models = models
    self.kernel = kernel
    self.threads = threads
    self.contextTokensMax = contextTokensMax
    self.pinThreads = pinThreads
    self.serving = serving
    self.embeddingsModel = embeddingsModel
  }

  init(_ values: SettingsValues, folder: String) throws {
    models = values.optionalString("models") ?? "\(folder)/models"
    kernel = KernelChoice(rawValue: try values.string("kernel")) ?? .automatic
    threads = values.optionalInt("threads") ?? Self.cores
    contextTokensMax = values.optionalInt("context-tokens-max")
    pinThreads = values.bool("pin-threads")
    embeddingsModel = values.optionalString("embeddings-model")
    serving = ServingLimits(
      waitingMax: try values.int("waiting-max"), sequencesMax: try values.int("sequences-max"),
      stepTokensMax: try values.int("step-tokens-max"), cacheTokensMax: try values.int("cache-tokens-max"))
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
      "embeddings-model", .path,
      help:
        "Folder of a sentence encoder (all-MiniLM-L6-v2 and its like), which finds documents of collections; unset: "
        + "requests that name collections are refused."),
    Setting(
      "context-tokens-max", .int(1...1_048_576),
      help: "Most tokens of a prompt and its answer together; what a model's manifest offers unless set."),
    Setting(
      "pin-threads", .bool, default: "false",
      help: "Keep each thread but one on a processor of its own; for a machine that does nothing else."),
    Setting(
      "waiting-max", .int(ServingLimits.waitingRange), default: "256",
      help: "Requests that may wait for a place; more are refused with resource_exhausted."),
    Setting(
      "sequences-max", .int(ServingLimits.sequencesRange), default: "64",
      help: "Choices that are generated side by side. Their bits do not depend on one another."),
    Setting(
      "step-tokens-max", .int(ServingLimits.stepTokensRange), default: "256",
      help: "Tokens of one pass: more make prompts faster, and the steps of running answers longer."),
    Setting(
      "cache-tokens-max", .int(ServingLimits.cacheTokensRange), default: "32768",
      help: "Positions whose keys and values are kept, for all sequences of a model together."),
  ]
}
