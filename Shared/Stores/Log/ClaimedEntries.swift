internal import Cryptography

/// What the log already holds of a batch of entries, and what the batch itself takes: one look-up of each kind for all of
/// them, which PostgreSQL answers in one round trip.
struct ClaimedEntries {
  /// The claim that may stand once. As bytes: to Swift two texts are equal that SQL tells apart.
  private struct Claim: Hashable {
    let keyID: [UInt8]
    let kind: [UInt8]
    let subject: [UInt8]

    init(_ entry: LogEntry) {
      (keyID, kind, subject) = (entry.keyID, Array(entry.kind.utf8), Array(entry.subject.utf8))
    }
  }

  private var byDigest: [Digest32: RegisteredEntry] = [:]
  private var byClaim: [Claim: RegisteredEntry] = [:]

  init(_ db: any RowTransaction, for entries: [LogEntry]) throws {
    for row in try LogRows.entries(db, "digest = ?", entries.map { [$0.digest] }) {
      if let row { byDigest[row.digest] = row }
    }
    let claims = try LogRows.entries(
      db, "kid = ? AND kind = ? AND sub = ?", entries.map { [$0.keyID, $0.kind, $0.subject] })
    for (entry, row) in zip(entries, claims) {
      if let row { byClaim[Claim(entry)] = row }
    }
  }

  /// Where the entry stands, or who has its claim; nil when it is to be registered.
  func outcome(of entry: LogEntry) -> LogRows.Outcome? {
    if let known = byDigest[entry.digest] { return .registered(known.index) }
    return byClaim[Claim(entry)].map { .conflict($0) }
  }

  mutating func take(_ entry: LogEntry, at index: UInt64) {
    let taken = RegisteredEntry(index: index, digest: entry.digest, subject: entry.subject)
    byDigest[entry.digest] = taken
    byClaim[Claim(entry)] = taken
  }
}
