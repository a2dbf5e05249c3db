internal import Cryptography
internal import MerkleLog
internal import Synchronization

/// The published face of the log: `checkpoint` and `tile/...` in one folder, laid out as C2SP tlog-tiles names them, so
/// that copying or serving the folder is publishing the log.
public final class LogFiles: Sendable {
  static let checkpointName = "checkpoint"
  /// An entry bundle of 256 entries of 65,535 bytes and their lengths.
  private static let tileBytesMax = 256 * (2 + 65_535)

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

  /// The bytes of the published checkpoint, nil before the first.
  func checkpoint() throws -> [UInt8]? {
    try root.read(Self.checkpointName, bytesMax: SignedNote.bytesMax)
  }

  /// Replaces the published checkpoint, all at once and durably.
  func publish(_ note: [UInt8], fault: AppendFault) throws {
    let file = try temporary.write(note)
    try fault(.checkpointWritten)
    try temporary.move(file, to: Self.checkpointName, in: root)
    try root.sync()
    guard try checkpoint() == note else { throw StoreFileError.readBack(path: "\(root.path)/\(Self.checkpointName)") }
  }

  /// The stored bytes of a tile: of exactly this one, or the beginning of the full tile that took its place.
  func tile(_ tile: Tile) throws -> [UInt8] {
    if let bytes = try read(tile) { return bytes }
    guard tile.isPartial, let full = try read(tile.full) else { throw LogError.noSuchTile(tile.path) }
    return try tile.beginning(of: full)
  }

  private func read(_ tile: Tile) throws -> [UInt8]? {
    let parts = tile.path.split(separator: "/")
    guard let name = parts.last, let folder = try folder(parts.dropLast()) else { return nil }
    return try folder.read(String(name), bytesMax: Self.tileBytesMax)
  }

  /// Writes tiles: each to a temporary file, synced, renamed; then the folders synced; then everything read back and
  /// compared. Whatever stands in their place was never published: a tile of a published tree is not written again.
  func write(_ tiles: [(tile: Tile, bytes: [UInt8])], fault: AppendFault) throws {
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
    for (tile, bytes) in tiles where try read(tile) != bytes {
      throw StoreFileError.readBack(path: "\(root.path)/\(tile.path)")
    }
    try fault(.tilesDurable)
  }

  /// Removes the partial tiles that a full one replaced, except those of the newest full tile: who reads a checkpoint
  /// and then its tiles finds them for another 256 entries. ``tile(_:)`` answers for removed ones.
  func prunePartials(replacedBy tiles: [(tile: Tile, bytes: [UInt8])]) throws {
    for (tile, _) in tiles where !tile.isPartial && tile.index > 0 {
      let before = try Tile(kind: tile.kind, index: tile.index - 1, width: 1)
      let parts = before.path.split(separator: "/").dropLast()
      guard let name = parts.last, let folder = try folder(parts.dropLast()) else { continue }
      made.withLock { _ = $0.removeValue(forKey: parts.joined(separator: "/")) }
      try folder.removeFolder(String(name))
    }
  }

  /// The path of a file below the root, for errors.
  func path(of name: String) -> String { "\(root.path)/\(name)" }

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
