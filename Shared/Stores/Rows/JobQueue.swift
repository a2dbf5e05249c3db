/// Work that several processes share, in rows: each job is leased to one worker at a time, and comes back when the lease
/// ends before the job was finished.
public struct JobQueue: Sendable {
  /// A job that was taken.
  public struct Job: Hashable, Sendable {
    public let id: String
    public let payload: [UInt8]
    /// How many times it was taken, this one included.
    public let attempt: Int64
  }

  /// Part of a service's schema.
  public static let tables = """
    CREATE TABLE job (
      id TEXT PRIMARY KEY,
      payload BLOB NOT NULL,
      due_unix_ms INTEGER NOT NULL,
      attempts INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX job_due ON job (due_unix_ms);
    """

  private let database: any RowDatabase

  public init(_ database: any RowDatabase) { self.database = database }

  /// Adds a job, unless one of this id is there.
  public func put(_ id: String, _ payload: [UInt8], dueUnixMs: Int64) async throws {
    try await database.write(.rowLocks, repeatable: true) { db in try Self.put(db, id, payload, dueUnixMs: dueUnixMs) }
  }

  /// The same, as part of the caller's transaction.
  static func put(_ db: any RowTransaction, _ id: String, _ payload: [UInt8], dueUnixMs: Int64) throws {
    try db.run(
      "INSERT INTO job (id, payload, due_unix_ms, attempts) VALUES (?, ?, ?, 0) ON CONFLICT DO NOTHING",
      [id, payload, dueUnixMs])
  }

  /// Takes jobs that are due. Workers that ask at once pass over each other's jobs and do not wait.
  public func take(_ limit: Int, nowUnixMs: Int64, leaseMs: Int64) async throws -> [Job] {
    try await database.write(.rowLocks) { db in
      try db.rows(
        """
        UPDATE job SET due_unix_ms = ?, attempts = attempts + 1 WHERE id IN (
          SELECT id FROM job WHERE due_unix_ms <= ? ORDER BY due_unix_ms, id LIMIT ? \(db.skipLocked)
        ) RETURNING id, payload, attempts
        """, [nowUnixMs + leaseMs, nowUnixMs, Int64(limit)]
      ).map { Job(id: try $0["id"], payload: try $0["payload"], attempt: try $0["attempts"]) }
    }
  }

  /// Makes the lease of a job end at another time: later, for work that takes long, or the time of the next attempt of
  /// one that could not be done. False when the lease had ended and somebody else has taken the job.
  public func move(_ job: Job, dueUnixMs: Int64) async throws -> Bool {
    try await database.write(.rowLocks, repeatable: true) { db in
      try db.run("UPDATE job SET due_unix_ms = ? WHERE id = ? AND attempts = ?", [dueUnixMs, job.id, job.attempt]) == 1
    }
  }

  /// Leaves a job to another time as if it had not been taken. False when its lease had ended and somebody else has taken it.
  ///
  /// The number of this attempt is given again: whoever had it, and lost its lease before, could then only move the time.
  public func postpone(_ job: Job, dueUnixMs: Int64) async throws -> Bool {
    try await database.write(.rowLocks) { db in
      try db.run(
        "UPDATE job SET due_unix_ms = ?, attempts = attempts - 1 WHERE id = ? AND attempts = ?",
        [dueUnixMs, job.id, job.attempt]) == 1
    }
  }

  /// Removes a job that is done. False when its lease had ended and somebody else has taken it.
  public func finish(_ job: Job) async throws -> Bool {
    try await database.write(.rowLocks) { db in
      try db.run("DELETE FROM job WHERE id = ? AND attempts = ?", [job.id, job.attempt]) == 1
    }
  }

  /// How many jobs there are, taken ones included.
  public func count() async throws -> Int {
    try await database.read { db in
      let count: Int64? = try db.value("SELECT count(*) FROM job")
      return Int(count ?? 0)
    }
  }
}
