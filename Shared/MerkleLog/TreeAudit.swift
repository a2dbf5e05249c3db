public import Cryptography

/// The first thing that is wrong with a stored log.
public struct AuditFailure: Error, Equatable, Sendable, CustomStringConvertible {
  public enum Reason: Equatable, Sendable {
    case unreadable(String)
    case malformed(TileError)
    case entryLength(index: UInt64, expected: Int, actual: Int)
    case hashMismatch(position: Int, computed: String, stored: String)
    case rootMismatch(computed: String, expected: String)
  }

  /// The tile at fault; nil when every tile agrees with the entries, but not with the signed root.
  public let path: String?
  public let reason: Reason

  public var description: String {
    let what =
      switch reason {
      case .unreadable(let why): "cannot be read: \(why)"
      case .malformed(let error): "is malformed: \(error)"
      case .entryLength(let index, let expected, let actual):
        "entry \(index) has \(actual) bytes, and this log's entries have \(expected)"
      case .hashMismatch(let position, let computed, let stored):
        "hash \(position) is \(stored), but the entries give \(computed)"
      case .rootMismatch(let computed, let expected):
        "all tiles agree, but their root is \(computed) and the checkpoint says \(expected)"
      }
    return "log audit: \(path.map { "\($0): " } ?? "")\(what); restore the log from an intact copy"
  }
}

/// What a clean audit saw.
public struct AuditReport: Equatable, Sendable {
  public let entries: UInt64
  public let tiles: UInt64
  public let root: Digest32
}

/// Recomputes a whole stored log from its entries and compares every hash tile of every level, then the root.
/// Memory is bounded: one bundle, one tile and at most 255 hashes a level.
public enum TreeAudit {
  /// - Parameters:
  ///   - entryBytes: the length that every entry must have; 32 here, nil for logs of other kinds.
  ///   - fetch: the stored bytes of a tile.
  ///   - entry: is handed each entry with its index, in order, once its bundle has been compared with its leaf tile.
  ///   - progress: is told how many entries have been checked, after each bundle.
  /// - Throws: ``AuditFailure`` for the first bad tile from the left, lowest level first; or what `entry` throws.
  public static func run(
    size: UInt64, root: Digest32, entryBytes: Int? = 32,
    fetch: (Tile) throws -> [UInt8],
    entry: (UInt64, [UInt8]) throws -> Void = { _, _ in },
    progress: (UInt64) -> Void = { _ in }
  ) throws -> AuditReport {
    var edge = TileEdge()
    var tiles: UInt64 = 0
    func compare(_ tile: Tile, _ computed: [Digest32]) throws {
      let stored = try read(tile, fetch: fetch) { bytes throws(TileError) in try tile.hashes(in: bytes) }
      tiles += 1
      for (position, (ours, theirs)) in zip(computed, stored).enumerated() where ours != theirs {
        let reason = AuditFailure.Reason.hashMismatch(position: position, computed: ours.hex, stored: theirs.hex)
        throw AuditFailure(path: tile.path, reason: reason)
      }
    }
    while edge.size < size {
      let first = edge.size
      guard let bundle = Tile.tile(kind: .entries, index: first / 256, inTreeOf: size) else { break }
      let entries = try read(bundle, fetch: fetch) { bytes throws(TileError) in try bundle.entries(in: bytes) }
      tiles += 1
      for (index, bytes) in zip(first..., entries) {
        if let entryBytes, bytes.count != entryBytes {
          throw AuditFailure(
            path: bundle.path, reason: .entryLength(index: index, expected: entryBytes, actual: bytes.count))
        }
        try edge.append(TreeHash.leaf(bytes), completed: compare)
      }
      if edge.size == size { for (tile, hashes) in edge.partialTiles { try compare(tile, hashes) } }
      for (index, bytes) in zip(first..., entries) { try entry(index, bytes) }
      progress(edge.size)
    }
    let computed = edge.root
    guard computed == root else {
      throw AuditFailure(path: nil, reason: .rootMismatch(computed: computed.hex, expected: root.hex))
    }
    return AuditReport(entries: size, tiles: tiles, root: computed)
  }

  private static func read<Contents>(
    _ tile: Tile, fetch: (Tile) throws -> [UInt8], parse: ([UInt8]) throws(TileError) -> Contents
  ) throws(AuditFailure) -> Contents {
    let bytes: [UInt8]
    do {
      bytes = try fetch(tile)
    } catch {
      throw AuditFailure(path: tile.path, reason: .unreadable("\(error)"))
    }
    do {
      return try parse(bytes)
    } catch {
      throw AuditFailure(path: tile.path, reason: .malformed(error))
    }
  }
}
