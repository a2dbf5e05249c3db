internal import Receipts
internal import ServiceKit
public import Stores

/// What an operator decides about blobs.
public struct BlobSettings: Sendable {
  static let table = placeTable + lifetimeTable

  private static let placeTable: [Setting] = [
    Setting(
      "blobs", .choice(["filesystem", "s3"]), default: "filesystem", help: "Where the bytes of blobs lie."),
    Setting("s3-endpoint", .url, help: "Address of the S3 store, with blobs=s3 or tiles=s3."),
    Setting("s3-bucket", .string, help: "Bucket of the S3 store; made if it is not there."),
    Setting("s3-region", .string, default: "us-east-1", help: "Region of the S3 store, part of every signature."),
    Setting(
      "s3-key-file", .path,
      help: "File of mode 0600 with two lines: the access key id and the secret key of the S3 store."),
    Setting(
      "blob-bytes-max", .int(1 << 10...64 << 20), default: "\(16 << 20)",
      help: "Largest blob that is kept or read whole, in bytes; larger ones are uploaded."),
    Setting(
      "upload-bytes-max", .int(1 << 20...1 << 44), default: "\(64 << 30)", help: "Largest uploaded blob, in bytes."),
    Setting(
      "upload-quota-bytes", .int(1 << 20...1 << 50), default: "\(256 << 30)",
      help: "Bytes that one caller may have uploaded and not released."),
    Setting("upload-idle", .duration, default: "24h", help: "An upload without a part for so long is discarded."),
    Setting("gc-interval", .duration, default: "10m", help: "Time between two removals of what nothing refers to."),
    Setting(
      "scrub-mib-per-second", .int(0...1 << 16), default: "8",
      help: "Pace at which every blob is read again and compared with its name; 0: never."),
    Setting("scrub-interval", .duration, default: "24h", help: "Time between two rounds of that."),
  ]

  private static let lifetimeTable = RetentionClass.allCases.map { retention in
    Setting(
      "keep-days-\(retention.rawValue)", .int(0...36_500), default: "0",
      help: "Days for which a reference of class \(retention.rawValue) keeps its blob; 0: for ever.")
  }

  public var place = StoragePlace.filesystem
  public var bytesMax = 16 << 20
  public var uploads = UploadStore.Limits()
  public var lifetimes: BlobCollector.Lifetimes = [:]
  public var collectInterval = Duration.seconds(600)
  /// Bytes a second; 0 for never.
  public var scrubBytesPerSecond = 8 << 20
  public var scrubInterval = Duration.seconds(24 * 3600)

  public init() {}

  init(_ values: SettingsValues) throws {
    place = try StoragePlace(values, "blobs")
    bytesMax = try values.int("blob-bytes-max")
    uploads.bytesMax = UInt64(try values.int("upload-bytes-max"))
    uploads.quotaBytes = UInt64(try values.int("upload-quota-bytes"))
    uploads.idle = try values.duration("upload-idle")
    collectInterval = try values.duration("gc-interval")
    scrubBytesPerSecond = try values.int("scrub-mib-per-second") << 20
    scrubInterval = try values.duration("scrub-interval")
    for retention in RetentionClass.allCases {
      let days = try values.int("keep-days-\(retention.rawValue)")
      if days > 0 { lifetimes[retention] = .seconds(days * 24 * 3600) }
    }
  }
}

extension StoragePlace {
  /// Where the setting `name` says, of which `s3` is the one bucket that the `s3-` settings tell of.
  init(_ values: SettingsValues, _ name: String) throws {
    guard try values.string(name) == "s3" else {
      self = .filesystem
      return
    }
    self = .s3(
      S3Place(
        endpoint: try values.string("s3-endpoint"), bucket: try values.string("s3-bucket"),
        region: try values.string("s3-region"), keyFile: try values.string("s3-key-file")))
  }
}
