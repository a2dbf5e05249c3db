import Cryptography
import MerkleLog

extension LogReader {
  private static let callsMax = 64

  /// Hashes every entry up to the signed root, and gives each with its statement, in the order of the log; nil for a statement
  /// that storage does not give. Entry 0 is the log's own, and no statement.
  func eachStatement(
    _ policy: CheckpointPolicy, _ take: (UInt64, [UInt8]?) throws -> Void
  ) async throws -> Checkpoint {
    let checkpoint = try await self.checkpoint(policy).checkpoint
    let tiles = try await tiles(size: checkpoint.size)
    var entries: [(index: UInt64, digest: Digest32)] = []
    do {
      _ = try TreeAudit.run(
        size: checkpoint.size, root: checkpoint.root,
        fetch: { tile in
          guard let bytes = tiles[tile.path] else { throw Failure("storage has no \(tile.path)", status: 66) }
          return bytes
        }, entry: { entries.append(($0, try Digest32($1))) })
    } catch { throw Failure("the log's tiles do not lead to the root that it signed: \(error)", status: 65) }
    for first in stride(from: 1, to: entries.count, by: Self.callsMax) {
      let some = entries[first..<min(first + Self.callsMax, entries.count)]
      for (index, bytes) in try await read(some) { try take(index, bytes) }
    }
    return checkpoint
  }

  /// In the order of the log.
  private func read(
    _ entries: ArraySlice<(index: UInt64, digest: Digest32)>
  ) async throws -> [(UInt64, [UInt8]?)] {
    try await withThrowingTaskGroup(of: (UInt64, [UInt8]?).self) { group in
      for (index, digest) in entries { group.addTask { (index, try await statement(digest)) } }
      return try await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }
    }
  }
}
