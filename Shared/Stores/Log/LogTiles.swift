public import MerkleLog

/// Where the published face of the log lies: its checkpoint and its tiles, under the names of C2SP tlog-tiles.
///
/// Whatever is written is read back and compared before anything is signed over it, and only the rows say what the log is: a
/// place that loses or changes bytes is noticed, never believed. Each call may wait, so none is made on a thread of Swift's
/// tasks (``DiskQueue``).
public protocol LogTiles: Sendable {
  /// The bytes of the published checkpoint, nil before the first.
  func checkpoint() throws -> [UInt8]?

  /// Replaces the published checkpoint, all at once and durably.
  func publish(_ note: [UInt8], fault: AppendFault) throws

  /// The stored bytes of exactly this tile; nil when there is none.
  func stored(_ tile: Tile) throws -> [UInt8]?

  /// Writes tiles durably and reads them back. Whatever stands in their place was never published: a tile of a published
  /// tree is not written again.
  func write(_ tiles: [(tile: Tile, bytes: [UInt8])], fault: AppendFault) throws

  /// Removes the partial tiles that a full one replaced, except those of the newest full tile: who reads a checkpoint and
  /// then its tiles finds them for another 256 entries. ``tile(_:)`` answers for removed ones.
  func prunePartials(replacedBy tiles: [(tile: Tile, bytes: [UInt8])]) throws

  /// Where a file is, for errors.
  func path(of name: String) -> String
}

extension LogTiles {
  static var checkpointName: String { "checkpoint" }
  /// An entry bundle of 256 entries of 65,535 bytes and their lengths.
  static var tileBytesMax: Int { 256 * (2 + 65_535) }

  /// The stored bytes of a tile: of exactly this one, or the beginning of the full tile that took its place.
  /// Errors: ``LogError/noSuchTile(_:)``.
  func tile(_ tile: Tile) throws -> [UInt8] {
    if let bytes = try stored(tile) { return bytes }
    guard tile.isPartial, let full = try stored(tile.full) else { throw LogError.noSuchTile(tile.path) }
    return try tile.beginning(of: full)
  }
}

extension Sequence<(tile: Tile, bytes: [UInt8])> {
  /// The folders of partial tiles that are of no more use once these are published.
  var outdatedPartials: [String] {
    compactMap { tile, _ in
      guard !tile.isPartial, tile.index > 0,
        let before = try? Tile(kind: tile.kind, index: tile.index - 1, width: 1)
      else { return nil }
      return before.path.split(separator: "/").dropLast().joined(separator: "/")
    }
  }
}
