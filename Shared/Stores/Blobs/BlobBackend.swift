public import MerkleLog

/// Where the bytes of blobs lie: the filesystem or an S3 store.
///
/// A backend keeps objects under their names and knows nothing of why. It is never relied on for immutability: a name is
/// a digest, a second write writes the same bytes, and whoever reads compares. Errors: ``StoreFileError``, ``S3Error``.
public protocol BlobBackend: Sendable {
  /// How many bytes one read should ask for: a multiple of a chunk.
  var readBytes: Int { get }

  /// Writes objects whose bytes are at hand. On return all are durable and have been read back and compared. One that
  /// is there and right stays; one that is there and wrong is replaced.
  func store(_ objects: [(object: BlobObject, bytes: [UInt8])]) async throws

  /// Gives a written and synced file its name, durably. The file is gone or useless afterwards.
  ///
  /// - Parameter tree: what its chunks hash to; whatever had to be copied is read back and compared with it.
  func store(_ file: StagedFile, as object: BlobObject, tree: ChunkTree) async throws

  /// Up to `count` bytes from `offset` on, fewer at the end; nil when there is no such object.
  func read(_ object: BlobObject, from offset: UInt64, count: Int) async throws -> [UInt8]?

  /// Its size in bytes, nil when there is none.
  func bytes(of object: BlobObject) async throws -> UInt64?

  /// Removes an object, durably; one that is not there is removed already.
  func remove(_ object: BlobObject) async throws

  /// Moves an object to where it is never served from, for whoever looks into it.
  func setAside(_ object: BlobObject) async throws

  /// Removes what was moved aside.
  func removeAside(_ object: BlobObject) async throws

  /// The objects of one of 256 parts: those whose digest begins with this byte.
  func objects(beginning first: UInt8) async throws -> [StoredObject]
}

/// What a backend keeps: the bytes of a blob, or beside them the hashes of its chunks.
public struct BlobObject: Hashable, Sendable, CustomStringConvertible {
  public enum Part: Sendable, CaseIterable {
    case bytes
    /// The leaf hashes of the ``ChunkTree``, 32 bytes each, in order; only beside blobs of more than one chunk.
    case tree

    fileprivate var suffix: String { self == .bytes ? "" : ".tree" }
  }

  public let name: BlobName
  public let part: Part

  public init(_ name: BlobName, _ part: Part = .bytes) {
    self.name = name
    self.part = part
  }

  /// Reads a file's name: `sha256:<64 hex>` or that and `.tree`. Nil for anything else.
  public init?(fileName: String) {
    for part in Part.allCases where fileName.hasSuffix(part.suffix) {
      guard let name = BlobName(String(fileName.dropLast(part.suffix.count))) else { continue }
      self.init(name, part)
      return
    }
    return nil
  }

  public var description: String { "\(name)\(part.suffix)" }
}

/// An object that a backend lists.
public struct StoredObject: Hashable, Sendable {
  public let object: BlobObject
  public let bytes: UInt64
  public let changedUnixMs: Int64
}

/// A whole blob in a file on its way to its place, on the file system of the store's folder.
public struct StagedFile: Sendable {
  let folder: OpenFolder
  let name: String
  let file: OpenFile
  let bytes: UInt64
}
