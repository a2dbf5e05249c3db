public import Cryptography

/// The entries of a log behind what is known of it, all of them and in order.
///
/// Each entry is hashed: from the tree that is known, the entries lead to the root that the log signed. So nothing in it was
/// changed, and nothing was left out, which no proof of one entry can show.
public struct LogStretch: Sendable {
  /// Entries that one stretch has: what is in memory.
  public static let entryCountMax: UInt64 = 16_384

  /// Index of the first entry.
  public let start: UInt64
  public let entries: [Digest32]
  /// The tree that ends with the last entry.
  public let head: LogHead
  private let edge: Frontier

  /// Reads what lies behind the first `start` entries, up to `latest` or as far as one stretch goes.
  ///
  /// - Parameters:
  ///   - root: of the tree of `start` entries, where it is known; it must be that of the tiles.
  ///   - latest: a head that the log signed.
  ///   - tile: gives the published bytes of a tile of the tree of `latest`.
  ///   - path: gives the consistency proof between two sizes.
  /// - Throws: ``LogStretchError``, and what `tile` and `path` throw.
  public init(
    from start: UInt64, root: Digest32? = nil, to latest: LogHead, tile: (Tile) async throws -> [UInt8],
    path: (_ old: UInt64, _ new: UInt64) async throws -> [[UInt8]]
  ) async throws {
    guard start <= latest.size else { throw LogStretchError.range(start: start, size: latest.size) }
    let edge = try await Self.edge(start, root, latest.size, tile)
    let end = min(latest.size, start + Self.entryCountMax)
    var entries: [Digest32] = []
    var grown = edge
    var at = start
    while at < end {
      guard let bundle = Tile.tile(kind: .entries, index: at / 256, inTreeOf: latest.size) else { break }
      let all = try bundle.entries(in: try await tile(bundle))
      for entry in all.dropFirst(Int(at % 256)).prefix(Int(end - at)) {
        guard let digest = try? Digest32(entry) else {
          throw LogStretchError.tiles(why: "entry \(at) has \(entry.count) bytes, a digest has \(Digest32.count)")
        }
        entries.append(digest)
        try grown.append(TreeHash.leaf(entry))
        at += 1
      }
    }
    let head = LogHead(origin: latest.origin, vkey: latest.vkey, size: end, root: grown.root)
    do { try await head.requireContinuation(to: latest, path: path) } catch let error as LogHeadError {
      throw LogStretchError.tiles(why: "\(error)")
    }
    self.start = start
    self.entries = entries
    self.head = head
    self.edge = edge
  }

  /// The tree that ends with the entry before `size`: proven as ``head`` is.
  public func head(at size: UInt64) throws -> LogHead {
    precondition((start...head.size).contains(size), "a stretch knows only its own trees")
    var edge = edge
    for entry in entries.prefix(Int(size - start)) { try edge.append(TreeHash.leaf(entry.bytes)) }
    return LogHead(origin: head.origin, vkey: head.vkey, size: size, root: edge.root)
  }

  private static func edge(
    _ size: UInt64, _ root: Digest32?, _ latest: UInt64, _ tile: (Tile) async throws -> [UInt8]
  ) async throws -> Frontier {
    var tiles: [Tile: [UInt8]] = [:]
    for needed in try TileHashReader.tiles(for: Frontier.coordinates(size: size), size: latest) {
      tiles[needed] = try await tile(needed)
    }
    let fetched = tiles
    let reader = TileHashReader(size: latest) { tile in
      guard let bytes = fetched[tile] else { throw LogStretchError.tiles(why: "\(tile.path) was not asked for") }
      return bytes
    }
    let edge = try Frontier(size: size, reader: reader)
    if let root, edge.root != root {
      throw LogStretchError.tiles(
        why: "those of the first \(size) entries have the root \(edge.root.hex), not \(root.hex)")
    }
    return edge
  }
}

/// Why a stretch of a log is not read.
public enum LogStretchError: Error, Equatable, Sendable, CustomStringConvertible {
  case range(start: UInt64, size: UInt64)
  /// What the log gives is not what it signed.
  case tiles(why: String)

  public var description: String {
    switch self {
    case .range(let start, let size): "the log has \(size) entries, and those behind \(start) were asked for"
    case .tiles(let why): "the log's tiles do not lead to the root that it signed: \(why)"
    }
  }
}
