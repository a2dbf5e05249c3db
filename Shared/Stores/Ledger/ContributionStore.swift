internal import Cryptography
public import MerkleLog
internal import Receipts

/// The contributions of a log, by their indices: what a registry is made from, and nothing that the log has not. They can
/// be thrown away and read from the log again.
public struct ContributionStore: Sendable {
  /// In one page, and in one step of following.
  public static let pageBytesMax = 2 << 20
  public static let pageCountMax = 1_024

  static let writes = Isolation.alone("registry")

  let database: any RowDatabase

  /// In the database of the ledger.
  public init(_ ledger: LedgerStore) { database = ledger.database }

  /// A statement and where it is in the log.
  public struct Logged: Sendable, Equatable {
    public let index: UInt64
    public let statement: [UInt8]

    public init(index: UInt64, statement: [UInt8]) {
      self.index = index
      self.statement = statement
    }
  }

  /// Takes all contributions at the log's indices from `start` to below `end`. Taken again, it changes nothing.
  ///
  /// - Returns: how much of the log is followed now.
  ///
  /// Errors: ``ContributionError``; then nothing is taken.
  public func follow(from start: UInt64, to end: UInt64, _ logged: [Logged]) async throws -> UInt64 {
    try Self.check(start, end, logged)
    return try await database.write(Self.writes, repeatable: true) { db in try Self.take(db, start, end, logged) }
  }

  /// Takes all contributions from `start` to the end of `head`, a tree of the log that has been proven, and keeps the head
  /// in the same transaction.
  public func follow(from start: UInt64, to head: LogHead, _ logged: [Logged]) async throws -> UInt64 {
    try Self.check(start, head.size, logged)
    return try await database.write(Self.writes, repeatable: true) { db in
      let size = try Self.take(db, start, head.size, logged)
      try Self.keep(db, head)
      return size
    }
  }

  private static func check(_ start: UInt64, _ end: UInt64, _ logged: [Logged]) throws(ContributionError) {
    guard end >= start, Int64(exactly: end) != nil else { throw .range(start, end) }
    var next = start
    for item in logged {
      guard item.index >= next, item.index < end else { throw .index(item.index, start, end) }
      next = item.index + 1
      let kind = try? SignedStatement(item.statement).statement.kind
      guard kind == .contribution else { throw .noContribution(item.index) }
    }
  }

  private static func take(
    _ db: any RowTransaction, _ start: UInt64, _ end: UInt64, _ logged: [Logged]
  ) throws -> UInt64 {
    let size = try Self.size(db)
    guard start <= size else { throw ContributionError.gap(followed: size, start: start) }
    // A log never says two things at one index, nor nothing where it has said something.
    let given = Set(logged.map(\.index))
    let next = try db.cursor(
      "SELECT log_index FROM contribution WHERE log_index >= ? AND log_index < ? ORDER BY log_index",
      [Int64(start), Int64(end)])
    while let row = try next() {
      let index = UInt64(try row["log_index"] as Int64)
      guard given.contains(index) else { throw ContributionError.differs(index) }
    }
    for item in logged {
      let known: [UInt8]? = try db.value(
        "SELECT statement FROM contribution WHERE log_index = ?", [Int64(item.index)])
      if let known, known != item.statement { throw ContributionError.differs(item.index) }
      if known == nil, item.index < size { throw ContributionError.differs(item.index) }
      try db.run(
        "INSERT INTO contribution (log_index, statement) VALUES (?, ?) ON CONFLICT (log_index) DO NOTHING",
        [Int64(item.index), item.statement])
    }
    try db.run(
      """
      INSERT INTO followed (name, log_size) VALUES ('contributions', ?)
      ON CONFLICT (name) DO UPDATE SET log_size = excluded.log_size
      """, [Int64(max(size, end))])
    return max(size, end)
  }

  /// How much of the log is followed, and a page of the contributions at or behind an index.
  public func page(from start: UInt64) async throws -> (size: UInt64, contributions: [Logged]) {
    guard let first = Int64(exactly: start) else { return (try await database.read { try Self.size($0) }, []) }
    return try await database.read { db in
      let next = try db.cursor(
        "SELECT log_index, statement FROM contribution WHERE log_index >= ? ORDER BY log_index LIMIT ?",
        [first, Int64(Self.pageCountMax)])
      var page: [Logged] = []
      var bytes = 0
      while let row = try next() {
        let item = Logged(index: UInt64(try row["log_index"] as Int64), statement: try row["statement"])
        bytes += item.statement.count
        guard page.isEmpty || bytes <= Self.pageBytesMax else { break }
        page.append(item)
      }
      return (try Self.size(db), page)
    }
  }

  private static func size(_ db: any RowTransaction) throws -> UInt64 {
    UInt64(try db.value("SELECT log_size FROM followed WHERE name = 'contributions'") as Int64? ?? 0)
  }
}

/// Why contributions are not taken.
public enum ContributionError: Error, Equatable, Sendable, CustomStringConvertible {
  case range(UInt64, UInt64)
  case index(UInt64, UInt64, UInt64)
  case gap(followed: UInt64, start: UInt64)
  case noContribution(UInt64)
  /// What the log says now at an index is not what it said before.
  case differs(UInt64)

  public var description: String {
    switch self {
    case .range(let start, let end): "indices \(start) to \(end) are no range of a log"
    case .index(let index, let start, let end):
      "contributions must be in order and within \(start) to \(end), and \(index) is not"
    case .gap(let followed, let start):
      "the log is followed up to \(followed): go on from there, not from \(start), so that nothing is left out"
    case .noContribution(let index): "the statement at index \(index) is no contribution"
    case .differs(let index):
      "the log said something else at index \(index) before; it was replaced or rolled back: compare it with its witnesses"
    }
  }
}
