/// Who may claim: a key and a kind of statement. Rows name the two by one number, for a log has few of them and many
/// entries.
struct Claimant: Hashable {
  let keyID: [UInt8]
  let kind: String

  init(_ entry: LogEntry) { (keyID, kind) = (entry.keyID, entry.kind) }

  /// The numbers of all claimants of a batch; one that has none gets the next.
  static func numbers(_ db: any RowTransaction, of entries: [LogEntry]) throws -> [Claimant: Int64] {
    var numbers: [Claimant: Int64] = [:]
    func look(_ sql: String, _ claimants: [Claimant]) throws {
      for (claimant, result) in zip(claimants, try db.batch(sql, claimants.map { [$0.keyID, $0.kind] })) {
        numbers[claimant] = try result.rows.first?["id"]
      }
    }
    let wanted = Array(Set(entries.map(Claimant.init)))
    try look("SELECT id FROM claimant WHERE kid = ? AND kind = ?", wanted)
    let fresh = wanted.filter { numbers[$0] == nil }
    if !fresh.isEmpty { try look("INSERT INTO claimant (kid, kind) VALUES (?, ?) RETURNING id", fresh) }
    return numbers
  }
}
