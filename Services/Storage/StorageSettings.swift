internal import Codec
internal import Cryptography
internal import ServiceKit
public import Stores

/// What an operator decides about storage.
public struct StorageSettings: Sendable {
  static let table = logTable + BlobSettings.table

  private static let logTable: [Setting] = [
    Setting(
      "origin", .string,
      help: "Name of the log in its checkpoints; unset: localhost/colophon/<8 hex digits of the checkpoint key>."),
    Setting(
      "registration-policy", .path,
      help: "JSON list of the keys that may register statements; unset: DATA/storage/registration.json."),
    Setting("append-queue-max", .int(1...1 << 20), default: "4096", help: "Appends that may wait for the log at once."),
    Setting("append-batch-max", .int(1...1 << 16), default: "1024", help: "Entries that one commit of the log takes."),
  ]

  /// Nil for the default that is made from the checkpoint key.
  public var origin: String?
  public var registrationPolicy: String
  public var blobs = BlobSettings()
  public var limits = Sequencer.Limits()

  public init(origin: String? = nil, registrationPolicy: String) {
    self.origin = origin
    self.registrationPolicy = registrationPolicy
  }

  init(_ values: SettingsValues, folder: String) throws {
    origin = values.optionalString("origin")
    registrationPolicy = values.optionalString("registration-policy") ?? "\(folder)/registration.json"
    blobs = try BlobSettings(values)
    limits.queueMax = try values.int("append-queue-max")
    limits.batchMax = try values.int("append-batch-max")
  }

  /// The origin of the log with this checkpoint key. By default each installation gets one of its own: two logs under
  /// one origin would look like one log that forks.
  func origin(checkpointKey: VerifyingKey) -> String {
    origin ?? "localhost/colophon/\(COSEKey(checkpointKey).thumbprint.hex.prefix(8))"
  }
}
