public import Cryptography

/// The vectors of collections' records, by record and by the encoder that made them, so that no text is embedded twice. They
/// can be thrown away and made again.
public struct RecordVectorStore: Sendable {
  /// Records that one read asks for.
  public static let countMax = 4_096

  static let table = """
    CREATE TABLE record_vector (
      encoder BLOB NOT NULL,
      record BLOB NOT NULL,
      vector BLOB NOT NULL,
      PRIMARY KEY (encoder, record)
    ) STRICT;
    """

  private let database: any RowDatabase

  /// In the database of the ledger.
  public init(_ ledger: LedgerStore) { database = ledger.database }

  /// The vectors that are known of these records, int8.
  public func vectors(of records: [Digest32], by encoder: Digest32) async throws -> [Digest32: [Int8]] {
    var found: [Digest32: [Int8]] = [:]
    for start in stride(from: 0, to: records.count, by: Self.countMax) {
      let asked = Array(records[start..<min(start + Self.countMax, records.count)])
      let page = try await database.read { db in
        try db.batch(
          "SELECT record, vector FROM record_vector WHERE encoder = ? AND record = ?", asked.map { [encoder, $0] }
        ).flatMap(\.rows).map { (record: try $0["record"] as Digest32, vector: try $0["vector"] as [UInt8]) }
      }
      for row in page { found[row.record] = row.vector.map { Int8(bitPattern: $0) } }
    }
    return found
  }

  /// Keeps vectors. Kept again, they are there once.
  public func keep(_ vectors: [(record: Digest32, vector: [Int8])], by encoder: Digest32) async throws {
    let rows = vectors.map { (record: $0.record, bytes: $0.vector.map { UInt8(bitPattern: $0) }) }
    _ = try await database.write(.rowLocks, repeatable: true) { db in
      try db.batch(
        "INSERT INTO record_vector (encoder, record, vector) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        rows.map { [encoder, $0.record, $0.bytes] })
    }
  }
}
