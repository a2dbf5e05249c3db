internal import Cryptography
public import MerkleLog

/// Blobs as files, `ab/cd/sha256:abcd...`. No link is followed, on the way to a file or at its end.
public final class FileBackend: BlobBackend {
  static let asideName = "aside"

  public var readBytes: Int { ChunkTree.chunkBytes }
  private let root: OpenFolder
  private let aside: OpenFolder
  private let temporary: TemporaryFiles
  private let disk = DiskQueue("blobs", concurrent: true)

  /// Opens `folder`, making it if need be. `folder.tmp` beside it holds files being written, and `folder.aside` what was
  /// found damaged: all are this store's alone. Errors: ``StoreFileError``.
  public init(folder: String, calls: FileCalls = .system) throws {
    root = try OpenFolder(making: folder, calls: calls)
    aside = try OpenFolder(making: "\(folder).\(Self.asideName)", calls: calls)
    temporary = try TemporaryFiles(folder: "\(folder).tmp", calls: calls)
  }

  public func store(_ objects: [(object: BlobObject, bytes: [UInt8])]) async throws {
    try await disk.run { [self] in
      var touched: [String: OpenFolder] = [:]
      for (object, bytes) in objects {
        let folder = try made(object)
        touched[folder.path] = folder
        if try holds(object, bytes, in: folder) {
          // Younger than any removal of what nobody refers to.
          try folder.file("\(object)")?.touch()
        } else {
          try temporary.move(try temporary.write(bytes), to: "\(object)", in: folder)
          guard try holds(object, bytes, in: folder) else {
            throw StoreFileError.readBack(path: "\(folder.path)/\(object)")
          }
        }
      }
      // Also for those that were there: whoever put them may have died before this.
      for folder in touched.values { try folder.sync() }
    }
  }

  public func store(_ file: StagedFile, as object: BlobObject, tree: ChunkTree) async throws {
    try await disk.run { [self] in
      let folder = try made(object)
      try file.folder.rename(file.name, to: "\(object)", in: folder)
      try folder.sync()
    }
  }

  public func read(_ object: BlobObject, from offset: UInt64, count: Int) async throws -> [UInt8]? {
    try await disk.run { [self] in
      try folder(of: object, making: false)?.file("\(object)")?.read(from: offset, count: count)
    }
  }

  public func bytes(of object: BlobObject) async throws -> UInt64? {
    try await disk.run { [self] in try folder(of: object, making: false)?.file("\(object)")?.status().bytes }
  }

  public func remove(_ object: BlobObject) async throws {
    try await disk.run { [self] in
      guard let folder = try folder(of: object, making: false) else { return }
      try folder.remove("\(object)")
      try folder.sync()
    }
  }

  public func setAside(_ object: BlobObject) async throws {
    try await disk.run { [self] in
      guard let folder = try folder(of: object, making: false), try folder.file("\(object)") != nil else { return }
      try folder.rename("\(object)", to: "\(object)", in: aside)
      try aside.sync()
      try folder.sync()
    }
  }

  public func removeAside(_ object: BlobObject) async throws {
    try await disk.run { [aside] in
      try aside.remove("\(object)")
      try aside.sync()
    }
  }

  public func objects(beginning first: UInt8) async throws -> [StoredObject] {
    try await disk.run { [self] in
      guard let top = try root.folder(Self.hex(first), making: false) else { return [] }
      var found: [StoredObject] = []
      for below in try top.names() {
        guard let folder = try top.folder(below, making: false) else { continue }
        for name in try folder.names() {
          // Whatever else lies there is not this store's to touch.
          guard let object = BlobObject(fileName: name), let status = try folder.file(name)?.status() else { continue }
          found.append(StoredObject(object: object, bytes: status.bytes, changedUnixMs: status.changedUnixMs))
        }
      }
      return found
    }
  }

  static func hex(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }

  private func holds(_ object: BlobObject, _ bytes: [UInt8], in folder: OpenFolder) throws -> Bool {
    guard let file = try folder.file("\(object)"), try file.status().bytes == UInt64(bytes.count) else { return false }
    return try file.read(from: 0, count: bytes.count) == bytes
  }

  private func made(_ object: BlobObject) throws -> OpenFolder {
    guard let folder = try folder(of: object, making: true) else { throw BlobError.missing(object.name) }
    return folder
  }

  /// Where a blob's file is below the folder.
  static func place(of name: BlobName) -> String {
    let hex = name.digest.hex
    return "\(hex.prefix(2))/\(hex.dropFirst(2).prefix(2))/\(name)"
  }

  private func folder(of object: BlobObject, making: Bool) throws(StoreFileError) -> OpenFolder? {
    let hex = object.name.digest.hex
    return try root.folder(hex.prefix(2), making: making)?.folder(hex.dropFirst(2).prefix(2), making: making)
  }
}
