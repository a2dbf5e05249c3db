internal import Cryptography
internal import MerkleLog

/// Recomputes a stored log from its entry bundles, and holds every tile, every row and the signed root against it.
struct LogAudit: Sendable {
  let rows: LogRows
  let tiles: any LogTiles
  var progress: @Sendable (UInt64) -> Void = { _ in }
  private let disk = DiskQueue("log-audit", concurrent: false)

  init(rows: LogRows, tiles: any LogTiles, progress: @escaping @Sendable (UInt64) -> Void = { _ in }) {
    self.rows = rows
    self.tiles = tiles
    self.progress = progress
  }

  /// - Parameter start: how many entries are taken as audited, a multiple of 256; 0 looks at everything.
  /// - Throws: ``LogContradiction``, `AuditFailure`, each with the file and, where it is known, the byte.
  func run(_ head: SignedHead, from start: UInt64 = 0) async throws -> AuditReport {
    if start == 0 { try await rows.checkIntegrity() }
    do { return try await compare(head, start) } catch let failure as AuditFailure {
      throw try await located(failure, head)
    }
  }

  private func compare(_ head: SignedHead, _ start: UInt64) async throws -> AuditReport {
    let (tiles, progress, path) = (tiles, progress, rows.place)
    return try await rows.readingInOrder(from: start) { next in
      try TreeAudit.run(
        from: TileEdge(unverified: start) { try tiles.tile($0) }, size: head.size, root: head.root,
        fetch: { try tiles.tile($0) },
        entry: { index, bytes in
          guard let row = try next() else { throw LogContradiction.rowsBehind(rows: index, size: head.size) }
          guard row.bytes != bytes else { return }
          throw try Self.contradiction(index, row, bytes, head.size, tiles, path)
        }, progress: progress)
    }
  }

  /// Row and bundle disagree about an entry: the leaf hash, stored apart from both, says which of them is wrong.
  private static func contradiction(
    _ index: UInt64, _ row: Digest32, _ bytes: [UInt8], _ size: UInt64, _ tiles: any LogTiles, _ path: String
  ) throws -> any Error {
    let position = Int(index % 256)
    if let tile = Tile.tile(kind: .hashes(level: 0), index: index / 256, inTreeOf: size),
      let leaves = try? tile.hashes(in: tiles.tile(tile)), leaves[position] == TreeHash.leaf(row.bytes),
      let bundle = Tile.tile(kind: .entries, index: index / 256, inTreeOf: size)
    {
      let same = zip(row.bytes, bytes).prefix { $0 == $1 }.count
      return LogContradiction.entryBundle(path: bundle.path, offset: position * (2 + Digest32.count) + 2 + same)
    }
    let tile = (try? Digest32(bytes))?.hex ?? "\(bytes.count) bytes"
    return LogContradiction.entryRow(index: index, row: row.hex, tile: tile, path: path)
  }

  /// A bundle that cannot be read as one: the rows say what it should be, and so where it goes wrong.
  private func located(_ failure: AuditFailure, _ head: SignedHead) async throws -> AuditFailure {
    guard failure.offset == nil, let path = failure.path, let tile = try? Tile(path: path), tile.kind == .entries,
      let stored = try? await disk.run({ [tiles] in try tiles.tile(tile) })
    else { return failure }
    let first = tile.index * 256
    let entries = try await rows.digests(from: first, to: first + UInt64(tile.width)).map(\.bytes)
    let expected = try Tile.encode(entries: entries)
    var located = failure
    located.offset = zip(expected, stored).prefix { $0 == $1 }.count
    return located
  }
}
