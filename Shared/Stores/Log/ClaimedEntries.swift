internal import Cryptography

/// What the log already holds of a batch of entries, and what the batch itself takes: one look-up of each kind for all of
/// them, which PostgreSQL answers in one round trip.
struct ClaimedEntries {
  /// The claim that may stand once. As bytes: to Swift two texts are equal that SQL tells apart.
  private struct Claim: Hashable {
    let claimant: Int64
    let subject: [UInt8]
  }

  private let numbers: [Claimant: Int64]
  private var byDigest: [Digest32: RegisteredEntry] = [:]
  private var byClaim: [Claim: RegisteredEntry] = [:]

  init(_ db: any RowTransaction, for entries: [LogEntry]) throws {
    numbers = try Claimant.numbers(db, of: entries)
    for row in try LogRows.entries(db, "digest = ?", entries.map { [$0.digest] }) {
      if let row { byDigest[row.digest] = row }
    }
    let claims = try LogRows.entries(
      db, "claimant = ? AND sub = ?", entries.map { [claimant(of: $0), $0.subject] })
    for (entry, row) in zip(entries, claims) {
      if let row { byClaim[claim(of: entry)] = row }
    }
  }

  /// The number of the entry's key and kind.
  func claimant(of entry: LogEntry) -> Int64 { numbers[Claimant(entry), default: 0] }

  /// Where the entry stands, or who has its claim; nil when it is to be registered.
  func outcome(of entry: LogEntry) -> LogRows.Outcome? {
    if let known = byDigest[entry.digest] { return .registered(known.index) }
    return byClaim[claim(of: entry)].map { .conflict($0) }
  }

  mutating func take(_ entry: LogEntry, at index: UInt64) {
    let taken = RegisteredEntry(index: index, digest: entry.digest, subject: entry.subject)
    byDigest[entry.digest] = taken
    byClaim[claim(of: entry)] = taken
  }

  private func claim(of entry: LogEntry) -> Claim {
    Claim(claimant: claimant(of: entry), subject: Array(entry.subject.utf8))
  }
}
