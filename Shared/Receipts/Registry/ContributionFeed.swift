public import Cryptography
public import MerkleLog

/// Finds the contributions of a log behind what is known of it (FORMAT section 2, the registry). It believes nothing that
/// it has not hashed up to the signed root, so that nobody can leave a contribution out.
public struct ContributionFeed: Sendable {
  /// In one page.
  public static let bytesMax = 2 << 20
  public static let countMax = 1_024
  private static let callsMax = 64

  /// What is asked of the log. Each throws when it gets no answer.
  public struct Source: Sendable {
    /// The published bytes of a tile.
    public var tile: @Sendable (Tile) async throws -> [UInt8]
    /// The consistency proof between two sizes.
    public var path: @Sendable (_ old: UInt64, _ new: UInt64) async throws -> [[UInt8]]
    /// The bytes of a registered statement; nil for one that was erased.
    public var statement: @Sendable (Digest32) async throws -> [UInt8]?

    public init(
      tile: @escaping @Sendable (Tile) async throws -> [UInt8],
      path: @escaping @Sendable (_ old: UInt64, _ new: UInt64) async throws -> [[UInt8]],
      statement: @escaping @Sendable (Digest32) async throws -> [UInt8]?
    ) {
      self.tile = tile
      self.path = path
      self.statement = statement
    }
  }

  /// All contributions at the indices from `start` to below `head.size`.
  public struct Page: Sendable {
    public let start: UInt64
    public let head: LogHead
    public let contributions: [(index: UInt64, statement: [UInt8])]
    /// Entries whose statements the log does not give: erased, and no contributions any more.
    public let unread: Int
  }

  private let source: Source

  public init(_ source: Source) { self.source = source }

  /// The next page behind the first `start` entries; at the latest head one without entries.
  ///
  /// - Parameters:
  ///   - root: of the tree of `start` entries, where it is known.
  ///   - latest: a head that the log signed (``LogHead/current(continuing:origin:vkey:note:path:)``).
  /// - Throws: `LogStretchError`, and what the source throws.
  public func page(from start: UInt64, root: Digest32? = nil, to latest: LogHead) async throws -> Page {
    let stretch = try await LogStretch(
      from: start, root: root, to: latest, tile: source.tile, path: source.path)
    var found: [(index: UInt64, statement: [UInt8])] = []
    var (bytes, unread) = (0, 0)
    for first in stride(from: 0, to: stretch.entries.count, by: Self.callsMax) {
      let places = first..<min(first + Self.callsMax, stretch.entries.count)
      let statements = try await read(stretch.entries[places])
      for (place, statement) in zip(places, statements) {
        let index = start + UInt64(place)
        // Entry 0 is the log's own.
        if statement == nil, index > 0 { unread += 1 }
        guard let statement, (try? SignedStatement(statement).statement.kind) == .contribution else { continue }
        // One statement is never too large for a page by itself.
        if found.count == Self.countMax || bytes + statement.count > Self.bytesMax {
          return Page(start: start, head: try stretch.head(at: index), contributions: found, unread: unread)
        }
        found.append((index, statement))
        bytes += statement.count
      }
    }
    return Page(start: start, head: stretch.head, contributions: found, unread: unread)
  }

  /// The statements behind these entries, in their order.
  private func read(_ entries: ArraySlice<Digest32>) async throws -> [[UInt8]?] {
    try await withThrowingTaskGroup(of: (Int, [UInt8]?).self) { group in
      for (place, entry) in entries.enumerated() {
        group.addTask {
          let bytes = try await source.statement(entry)
          guard bytes == nil || bytes.map({ SHA256.hash($0) }) == entry else {
            throw LogStretchError.tiles(why: "other bytes were given for the entry \(entry.named)")
          }
          return (place, bytes)
        }
      }
      var found: [[UInt8]?] = Array(repeating: nil, count: entries.count)
      for try await (place, bytes) in group { found[place] = bytes }
      return found
    }
  }
}
