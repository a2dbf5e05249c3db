public import MerkleLog
internal import Synchronization

/// Checkpoint and tiles in one folder: copying or serving it is publishing the log.
public final class LogFiles: LogTiles {
  private let root: OpenFolder
  private let temporary: TemporaryFiles
  /// Folders whose names are durable, by their path below the root; only the writer uses it.
  private let made = Mutex<[String: OpenFolder]>([:])

  /// Opens `folder`, making it if need be. `folder.tmp` beside it holds files being written: both are this store's
  /// alone. Errors: ``StoreFileError``.
  public init(folder: String, calls: FileCalls = .system) throws {
    root = try OpenFolder(making: folder, calls: calls)
    temporary = try TemporaryFiles(folder: "\(folder).tmp", calls: calls)
  }

  public func checkpoint() throws -> [UInt8]? {
    try root.read(Self.checkpointName, bytesMax: SignedNote.bytesMax)
  }

  public func publish(_ note: [UInt8], fault: AppendFault) throws {
    let file = try temporary.write(note)
    try fault(.checkpointWritten)
    try temporary.move(file, to: Self.checkpointName, in: root)
    try root.sync()
    guard try checkpoint() == note else { throw StoreFileError.readBack(path: "\(root.path)/\(Self.checkpointName)") }
  }

  public func stored(_ tile: Tile) throws -> [UInt8]? {
    let parts = tile.path.split(separator: "/")
    guard let name = parts.last, let folder = try folder(parts.dropLast()) else { return nil }
    return try folder.read(String(name), bytesMax: Self.tileBytesMax)
  }

  /// Each to a temporary file, synced, renamed; then the folders synced; then everything read back and compared.
  public func write(_ tiles: [(tile: Tile, bytes: [UInt8])], fault: AppendFault) throws {
    do { try writeEach(tiles, fault: fault) } catch {
      // What failed may be a folder's own name: each is made, and synced, again.
      made.withLock { $0.removeAll() }
      throw error
    }
  }

  private func writeEach(_ tiles: [(tile: Tile, bytes: [UInt8])], fault: AppendFault) throws {
    var folders: [String: OpenFolder] = [:]
    for (tile, bytes) in tiles {
      let parts = tile.path.split(separator: "/")
      guard let name = parts.last else { throw LogError.noSuchTile(tile.path) }
      let folder = try madeFolder(parts.dropLast())
      let file = try temporary.write(bytes)
      try fault(.tileWritten(tile.path))
      try temporary.move(file, to: String(name), in: folder)
      try fault(.tilePlaced(tile.path))
      folders[folder.path] = folder
    }
    for folder in folders.values { try folder.sync() }
    for (tile, bytes) in tiles where try stored(tile) != bytes {
      throw StoreFileError.readBack(path: "\(root.path)/\(tile.path)")
    }
    try fault(.tilesDurable)
  }

  public func prunePartials(replacedBy tiles: [(tile: Tile, bytes: [UInt8])]) throws {
    for path in tiles.outdatedPartials {
      let parts = path.split(separator: "/")
      guard let name = parts.last, let folder = try folder(parts.dropLast()) else { continue }
      made.withLock { _ = $0.removeValue(forKey: path) }
      try folder.removeFolder(String(name))
    }
  }

  public func path(of name: String) -> String { "\(root.path)/\(name)" }

  private func madeFolder(_ parts: ArraySlice<Substring>) throws(StoreFileError) -> OpenFolder {
    let path = parts.joined(separator: "/")
    if let known = made.withLock({ $0[path] }) { return known }
    var folder = root
    for part in parts {
      guard let next = try folder.folder(part, making: true) else {
        throw .failed(operation: "make folder", path: "\(folder.path)/\(part)", errno: 0)
      }
      folder = next
    }
    let found = folder
    made.withLock { $0[path] = found }
    return found
  }

  private func folder(_ parts: ArraySlice<Substring>) throws(StoreFileError) -> OpenFolder? {
    var folder = root
    for part in parts {
      guard let next = try folder.folder(part, making: false) else { return nil }
      folder = next
    }
    return folder
  }
}
