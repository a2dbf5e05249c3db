import Cryptography
import MerkleLog
import Receipts

/// All `key` statements of a log: each entry is hashed up to the signed root, and each statement is held against its
/// entry, the policy and the rules of FORMAT section 4.
struct KeyScan {
  private static let callsMax = 64

  private let policy: TrustPolicy
  let checkpoint: Checkpoint
  private(set) var history: KeyHistory
  /// Statements that do not count, and why.
  private(set) var refused: [(index: UInt64, why: String)] = []
  /// Statements of keys that the policy does not list: none of its business, until somebody adds them.
  private(set) var strangers: [(index: UInt64, keyID: String)] = []
  /// Entries whose statement storage does not give: it was erased, or is withheld.
  private(set) var unread: [UInt64] = []

  init(_ reader: LogReader, _ policy: TrustPolicy) async throws {
    self.policy = policy
    checkpoint = try await reader.checkpoint(policy.log).checkpoint
    history = KeyHistory(policy: policy)
    let tiles = try await reader.tiles(size: checkpoint.size)
    var entries: [(index: UInt64, digest: Digest32)] = []
    do {
      _ = try TreeAudit.run(
        size: checkpoint.size, root: checkpoint.root,
        fetch: { tile in
          guard let bytes = tiles[tile.path] else { throw Failure("storage has no \(tile.path)", status: 66) }
          return bytes
        }, entry: { entries.append(($0, try Digest32($1))) })
    } catch { throw Failure("the log's tiles do not lead to the root that it signed: \(error)", status: 65) }
    // Entry 0 is the log's own, and no statement.
    for first in stride(from: 1, to: entries.count, by: Self.callsMax) {
      let some = entries[first..<min(first + Self.callsMax, entries.count)]
      for (index, bytes) in try await Self.read(some, reader) { take(bytes, at: index) }
    }
  }

  /// In the order of the log.
  private static func read(
    _ entries: ArraySlice<(index: UInt64, digest: Digest32)>, _ reader: LogReader
  ) async throws -> [(UInt64, [UInt8]?)] {
    try await withThrowingTaskGroup(of: (UInt64, [UInt8]?).self) { group in
      for (index, digest) in entries { group.addTask { (index, try await reader.statement(digest)) } }
      return try await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }
    }
  }

  private mutating func take(_ bytes: [UInt8]?, at index: UInt64) {
    guard let bytes, let signed = try? SignedStatement(bytes) else { return unread.append(index) }
    guard signed.statement.kind == .key else { return }
    guard policy.issuers.contains(where: { $0.keyID == signed.keyID }) else {
      return strangers.append((index, signed.statement.subject))
    }
    do { try history.add(signed, at: index) } catch { refused.append((index, "\(error)")) }
  }
}
