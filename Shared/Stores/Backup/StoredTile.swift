internal import Glibc
internal import MerkleLog

/// Tiles of a log that another process may be writing: read only, and nothing beside them touched.
enum StoredTile {
  /// The bytes of this tile, or the beginning of the full one that took its place. Errors: ``BackupError``.
  static func read(_ tile: Tile, in folder: String) throws -> [UInt8] {
    if let bytes = try read("\(folder)/\(tile.path)") { return bytes }
    guard tile.isPartial, let full = try read("\(folder)/\(tile.full.path)") else {
      throw BackupError.file(operation: "open", path: "\(folder)/\(tile.path)", errno: ENOENT)
    }
    switch tile.kind {
    case .hashes: return Array(full.prefix(tile.width * 32))
    case .entries: return try Tile.encode(entries: tile.full.entries(in: full).prefix(tile.width))
    }
  }

  /// Nil when there is none.
  private static func read(_ path: String) throws -> [UInt8]? {
    let slash = path.lastIndex(of: "/") ?? path.startIndex
    guard access(path, F_OK) == 0 else { return nil }
    return try OpenFolder(making: String(path[..<slash]))
      .read(String(path[path.index(after: slash)...]), bytesMax: 256 * (2 + 65_535))
  }
}
