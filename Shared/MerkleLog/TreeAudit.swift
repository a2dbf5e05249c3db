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
  /// The first byte at fault in it, where that is known.
  public var offset: Int?
  public let reason: Reason

  init(path: String?, reason: Reason) {
    self.path = path
    self.reason = reason
    offset =
      switch reason {
      case .hashMismatch(let position, let computed, let stored):
        32 * position + zip(computed.utf8, stored.utf8).prefix { $0 == $1 }.count / 2
      case .malformed(.length(_, let expected, let actual)): min(expected, actual)
      case .entryLength(let index, let expected, _): Int(index % 256) * (2 + expected)
      default: nil
      }
  }

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
    let place = path.map { "\($0)\(offset.map { " at byte \($0)" } ?? ""): " } ?? ""
    return "log audit: \(place)\(what); restore the log from an intact copy"
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
  ///   - start: the edge to go on from, of a size that is a multiple of 256: its tiles are taken as they are, and since
  ///     they too lead to `root`, only what lies left of the edge is not looked at.
  ///   - entryBytes: the length that every entry must have; 32 here, nil for logs of other kinds.
  ///   - fetch: the stored bytes of a tile.
  ///   - entry: is handed each entry with its index, in order, before its bundle is compared with its leaf tile: who
  ///     knows the entries from elsewhere can tell which of the two is wrong.
  ///   - progress: is told how many entries have been checked, after each bundle.
  /// - Throws: ``AuditFailure`` for the first bad tile from the left, lowest level first; or what `entry` throws.
  public static func run(
    from start: TileEdge = TileEdge(), size: UInt64, root: Digest32, entryBytes: Int? = 32,
    fetch: (Tile) throws -> [UInt8],
    entry: (UInt64, [UInt8]) throws -> Void = { _, _ in },
    progress: (UInt64) -> Void = { _ in }
  ) throws -> AuditReport {
    precondition(start.size % 256 == 0 && start.size <= size, "an audit goes on at the edge of a full bundle")
    var edge = start
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
      for (index, bytes) in zip(first..., entries) { try entry(index, bytes) }
      for (index, bytes) in zip(first..., entries) {
        if let entryBytes, bytes.count != entryBytes {
          throw AuditFailure(
            path: bundle.path, reason: .entryLength(index: index, expected: entryBytes, actual: bytes.count))
        }
        try edge.append(TreeHash.leaf(bytes), completed: compare)
      }
      if edge.size == size { for (tile, hashes) in edge.partialTiles { try compare(tile, hashes) } }
      progress(edge.size)
    }
    let computed = edge.root
    guard computed == root else {
      throw AuditFailure(path: nil, reason: .rootMismatch(computed: computed.hex, expected: root.hex))
    }
    return AuditReport(entries: size - start.size, tiles: tiles, root: computed)
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
