internal import Codec
internal import Cryptography
internal import ServiceKit
public import Stores

/// What an operator decides about storage.
public struct StorageSettings: Sendable {
  static let table: [Setting] =
    [
      Setting(
        "origin", .string,
        help: "Name of the log in its checkpoints; unset: localhost/colophon/<8 hex digits of the checkpoint key>."),
      Setting(
        "registration-policy", .path,
        help: "JSON list of the keys that may register statements; unset: DATA/storage/registration.json."),
      Setting(
        "tiles", .choice(["filesystem", "s3"]), default: "filesystem", help: "Where the log's checkpoint and tiles lie."
      ),
      Setting(
        "append-queue-max", .int(1...1 << 20), default: "4096", help: "Appends that may wait for the log at once."),
      Setting(
        "start-audit", .choice(["full", "new"]), default: "full",
        help: "What of the log is recomputed at start: full, or new: what was added since the last clean audit."),
      Setting(
        "append-batch-max", .int(1...1 << 16), default: "1024", help: "Entries that one commit of the log takes."),
      Setting(
        "witnesses", .path,
        help:
          "File with a witness on each line, its verifier key, a space and its URL, which are asked to cosign each head."
      ),
      Setting(
        "witness-interval", .duration, default: "1s", help: "Least time between two heads that are sent to one witness."
      ),
      Setting(
        "witness-budget", .duration, default: "0ms",
        help: "How long an append may wait for cosignatures; 0ms: receipts leave at once and witnesses follow."),
      Setting(
        "witness-quorum", .int(1...WitnessList.witnessesMax),
        help: "Cosignatures that an append waits for within the budget; all witnesses' unless set."),
    ] + TimestampAuthority.settings + BlobSettings.table + Setting.database

  /// Nil for the default that is made from the checkpoint key.
  public var origin: String?
  public var registrationPolicy: String
  public var blobs = BlobSettings()
  /// Of the log.
  public var tiles = StoragePlace.filesystem
  public var limits = Sequencer.Limits()
  /// Nil for SQLite in the service's folder.
  public var database: DatabaseLocation?
  public var startAudit = LogStart.Audit.full
  public var witnesses: [WitnessPeer] = []
  var witnessPauses = WitnessFeed.Pauses()
  /// How long an append waits, and for how many cosignatures.
  public var witnessBudget: Duration = .zero
  public var witnessQuorum: Int?
  /// Nil: no head is stamped.
  public var timestamps: TimestampAuthority?

  public init(origin: String? = nil, registrationPolicy: String) {
    self.origin = origin
    self.registrationPolicy = registrationPolicy
  }

  init(_ values: SettingsValues, folder: String) throws {
    origin = values.optionalString("origin")
    registrationPolicy = values.optionalString("registration-policy") ?? "\(folder)/registration.json"
    blobs = try BlobSettings(values)
    tiles = try StoragePlace(values, "tiles")
    startAudit = try LogStart.Audit(rawValue: values.string("start-audit")) ?? .full
    limits.queueMax = try values.int("append-queue-max")
    limits.batchMax = try values.int("append-batch-max")
    database = try Self.database(values, folder: folder)
    witnesses = try values.optionalString("witnesses").map { try WitnessList.read($0) } ?? []
    witnessPauses.interval = try values.duration("witness-interval")
    witnessBudget = try values.duration("witness-budget")
    witnessQuorum = values.optionalInt("witness-quorum")
    timestamps = try TimestampAuthority(values)
    if let witnessQuorum, witnessQuorum > witnesses.count {
      throw SettingsError.contradiction(
        "--witness-quorum is \(witnessQuorum), and --witnesses lists \(witnesses.count) witnesses")
    }
  }

  static func database(_ values: SettingsValues, folder: String) throws -> DatabaseLocation {
    try DatabaseLocation(
      database: values.string("database"), passwordFile: values.optionalString("database-password-file"),
      connectionsMax: values.int("database-connections"), path: path(folder))
  }

  static func path(_ folder: String) -> String { "\(folder)/storage.sqlite" }

  /// The origin of the log with this checkpoint key. By default each installation gets one of its own: two logs under
  /// one origin would look like one log that forks.
  func origin(checkpointKey: VerifyingKey) -> String {
    origin ?? "localhost/colophon/\(COSEKey(checkpointKey).thumbprint.hex.prefix(8))"
  }
}
