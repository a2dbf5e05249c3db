public import Exact
internal import Glibc
internal import ServiceKit
public import Stores

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
  /// Most bytes of weights that are fetched from storage and kept.
  public var modelCacheBytes: UInt64 = 64 << 30
  /// Names the keys whose execution statements are accepted; nil: signatures are left to the offline verifier.
  public var registrationPolicy: String?
  /// A policy for evidence of trusted hardware (`EvidenceAppraiser`); nil: none is appraised here.
  public var teePolicy: String?
  /// A folder of collateral for it; nil: what comes with the evidence is all there is.
  public var teeCollateral: String?
  /// Jobs of the queue that are worked on at once, each leased for so long.
  public var workers = 2
  public var leaseMs: Int64 = 30_000
  /// Longest time that a sampled receipt waits for its draw, most entries of an epoch, and how many entries behind a draw
  /// its verdicts are due.
  public var drawIntervalMs: Int64 = 300_000
  public var drawEntries: UInt64 = 1024
  public var drawWithin: UInt64 = 65_536
  /// Nil for SQLite in the service's folder.
  public var database: DatabaseLocation?

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

  init(_ values: SettingsValues, folder: String) throws {
    models = try values.optionalString("models") ?? "\(values.string("data"))/inference/models"
    kernel = KernelChoice(rawValue: try values.string("kernel")) ?? .automatic
    threads = values.optionalInt("threads") ?? Self.cores
    waitingMax = try values.int("waiting-max")
    modelsMax = try values.int("models-max")
    modelCacheBytes = UInt64(try values.int("model-cache-bytes"))
    registrationPolicy = values.optionalString("registration-policy")
    teePolicy = values.optionalString("tee-policy")
    teeCollateral = values.optionalString("tee-collateral")
    guard teePolicy != nil || teeCollateral == nil else {
      throw SettingsError.contradiction("tee-collateral is set and tee-policy is not: nothing is appraised here")
    }
    workers = try values.int("verdict-workers")
    leaseMs = try Self.milliseconds("verdict-lease", values)
    drawIntervalMs = try Self.milliseconds("draw-interval", values)
    drawEntries = UInt64(try values.int("draw-entries"))
    drawWithin = UInt64(try values.int("draw-within"))
    guard drawWithin > drawEntries else {
      throw SettingsError.contradiction(
        "draw-within (\(drawWithin)) must be above draw-entries (\(drawEntries)): verdicts follow behind the epoch")
    }
    database = try Self.database(values, folder: folder)
  }

  /// Processors that are online, within what a pool takes.
  public static var cores: Int { min(max(1, Int(sysconf(CInt(_SC_NPROCESSORS_ONLN)))), ThreadPool.maxThreads) }

  private static func milliseconds(_ name: String, _ values: SettingsValues) throws -> Int64 {
    max(1, Int64(try values.duration(name) / .milliseconds(1)))
  }

  static func database(_ values: SettingsValues, folder: String) throws -> DatabaseLocation {
    try DatabaseLocation(
      database: values.string("database"), passwordFile: values.optionalString("database-password-file"),
      connectionsMax: values.int("database-connections"), path: path(folder))
  }

  static func path(_ folder: String) -> String { "\(folder)/verdicts.sqlite" }

  static let storageURL = "storage-url"

  static let table =
    [
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
        "model-cache-bytes", .int(0...1 << 44), default: "\(64 << 30)",
        help: "Most bytes of weights that no folder has and that are fetched from storage by the digest in the model's "
          + "manifest (colophon blob put keeps them there); the longest unused go first. 0: none is fetched."),
      Setting(
        "registration-policy", .path,
        help:
          "JSON file of the keys whose execution statements are accepted; without it signatures are not checked here."
      ),
      Setting(
        "tee-policy", .path,
        help: "JSON file with what a trust policy says under tee: verdicts then hold an appraisal of the evidence of "
          + "trusted hardware that an execution names. Read for each verdict. Unset: none is appraised here."),
      Setting(
        "tee-collateral", .path,
        help:
          "Folder of revocation lists, certificates and Intel's answers, for tee-policy; read for each verdict. With it a "
          + "verdict that supersedes another (colophon receipt verdict ID --again) judges by what is current then, not when "
          + "the answer was made: keep it current. What is missing or has ended is not affirmed."),
      Setting(
        "verdict-workers", .int(1...16), default: "2",
        help:
          "Jobs of the queue of later verdicts that are worked on at once: one computes, with it the short ones that "
          + "wait for it, the others fetch."),
      Setting(
        "verdict-lease", .duration, default: "30s",
        help: "How long a job of a process that died waits for another; one at work renews it."),
      Setting(
        "draw-interval", .duration, default: "5m",
        help: "Longest time that a receipt of sampled verification waits for its draw."),
      Setting(
        "draw-entries", .int(1...1_000_000_000), default: "1024",
        help: "Entries of the log that end an epoch of draws early."),
      Setting(
        "draw-within", .int(1...1_000_000_000), default: "65536",
        help: "Entries behind a draw by which each selected receipt has its verdict in the log, or counts as failed."),
    ] + Setting.database
}
