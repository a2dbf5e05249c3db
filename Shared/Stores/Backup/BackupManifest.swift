internal import Codec
public import Cryptography

/// What a backup holds: written last, so that a folder without it is no backup.
public struct BackupManifest: Equatable, Sendable {
  /// One file below the data folder.
  public struct File: Equatable, Sendable {
    /// Parts separated by `/`; none is empty, `.` or `..`.
    public let path: String
    public let bytes: UInt64
    public let digest: Digest32
  }

  static let name = "backup.json"
  /// About four million files.
  static let bytesMax = 1 << 30

  public let createdUnixMs: UInt64
  public let hasKeys: Bool
  /// Entries of the log, and the root over them.
  public let logSize: UInt64
  public let logRoot: Digest32
  /// Where the blobs lie when it is an S3 store: they are not among the files then. Nil: they are.
  public let blobsAt: String?
  public let files: [File]

  /// JCS: the same backup has the same bytes, and one digest.
  func encoded() throws -> [UInt8] {
    let files = files.map { file in
      JSON.object([
        JSONMember("path", .string(file.path)), JSONMember("bytes", .decimal(file.bytes)),
        JSONMember("sha256", .string(file.digest.hex)),
      ])
    }
    let elsewhere = blobsAt.map { [JSONMember("blobs_at", .string($0))] } ?? []
    return try JCS.encode(
      .object(
        elsewhere + [
          JSONMember("version", .integer(1)), JSONMember("created_unix_ms", .decimal(createdUnixMs)),
          JSONMember("has_keys", .bool(hasKeys)), JSONMember("log_size", .decimal(logSize)),
          JSONMember("log_root", .string(logRoot.hex)), JSONMember("files", .array(files)),
        ]))
  }

  /// The name of the whole backup.
  public func digest() throws -> Digest32 { SHA256.hash(try encoded()) }

  init(createdUnixMs: UInt64, hasKeys: Bool, logSize: UInt64, logRoot: Digest32, blobsAt: String? = nil, files: [File])
  {
    self.createdUnixMs = createdUnixMs
    self.hasKeys = hasKeys
    self.logSize = logSize
    self.logRoot = logRoot
    self.blobsAt = blobsAt
    self.files = files
  }

  /// Errors: ``BackupError/manifest(why:)``.
  init(_ bytes: [UInt8]) throws {
    let json: JSON
    do { json = try JSON(parsing: bytes) } catch { throw BackupError.manifest(why: "\(error)") }
    guard json["version"]?.intValue == 1 else { throw BackupError.manifest(why: "its version is not 1") }
    guard let created = json["created_unix_ms"]?.stringValue.flatMap({ UInt64($0) }),
      let keys = json["has_keys"], keys == .bool(true) || keys == .bool(false),
      let size = json["log_size"]?.stringValue.flatMap({ UInt64($0) }),
      let root = json["log_root"]?.stringValue.flatMap({ try? Digest32(hex: $0) }),
      case .array(let items)? = json["files"]
    else { throw BackupError.manifest(why: "a member is missing or of the wrong type") }
    let files = try items.map { item in
      guard let path = item["path"]?.stringValue, Self.isInside(path),
        let bytes = item["bytes"]?.stringValue.flatMap({ UInt64($0) }),
        let digest = item["sha256"]?.stringValue.flatMap({ try? Digest32(hex: $0) })
      else { throw BackupError.manifest(why: "it names a file that no backup has") }
      return File(path: path, bytes: bytes, digest: digest)
    }
    self.init(
      createdUnixMs: created, hasKeys: keys == .bool(true), logSize: size, logRoot: root,
      blobsAt: json["blobs_at"]?.stringValue, files: files)
    // One spelling: what was hashed is what was read.
    guard try encoded() == bytes else { throw BackupError.manifest(why: "it is not in canonical form") }
  }

  private static func isInside(_ path: String) -> Bool {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    return path.utf8.count <= 1024 && !path.utf8.contains(0) && path != name
      && parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
  }
}
