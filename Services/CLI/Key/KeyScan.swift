import Cryptography
import MerkleLog
import Receipts

/// All `key` statements of a log: each entry is hashed up to the signed root, and each statement is held against its
/// entry, the policy and the rules of FORMAT section 4.
struct KeyScan {
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
    history = KeyHistory(policy: policy)
    var statements: [(UInt64, [UInt8]?)] = []
    checkpoint = try await reader.eachStatement(policy.log) { statements.append(($0, $1)) }
    for (index, bytes) in statements { take(bytes, at: index) }
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
