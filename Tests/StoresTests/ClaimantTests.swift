import Cryptography
import Foundation
import Testing

@testable import Stores

@Suite struct ClaimantTests {
  private let scratch = Scratch()

  private func entry(_ byte: UInt8, kind: String, _ subject: String) -> LogEntry {
    LogEntry(
      digest: SHA256.hash([byte]), statement: [byte], keyID: [UInt8](repeating: 7, count: 32), kind: kind,
      subject: subject)
  }

  @Test(arguments: Backend.allCases)
  func `Entries of older rows keep their claims and their seals`(_ backend: Backend) async throws {
    let location = try backend.location("\(scratch.path)/storage.sqlite")
    let step = try #require(StorageSchema.migrations.firstIndex { $0.name == LogSchema.claimants.name })
    let older = Schema(service: "storage", Array(StorageSchema.migrations.prefix(step)))
    let known = [entry(0, kind: "receipt", "a"), entry(1, kind: "receipt", "b"), entry(2, kind: "verdict", "a")]
    try await location.open(older).write { db in
      for (position, entry) in zip(Int64(0)..., known) {
        let seal = EntrySeal.of(
          position: UInt64(position), digest: entry.digest, keyID: entry.keyID, kind: entry.kind,
          subject: entry.subject, unixMs: 5)
        try db.run(
          """
          INSERT INTO entry (position, digest, kid, kind, sub, registered_unix_ms, seal) VALUES (?, ?, ?, ?, ?, 5, ?)
          """, [position, entry.digest, entry.keyID, entry.kind, entry.subject, seal])
      }
    }
    #expect(try await location.migrate(StorageSchema.schema, dryRun: false).count == 1)
    let rows = LogRows(try await location.open(StorageSchema.schema))
    let read = try await rows.readingInOrder { next in
      var digests: [Digest32] = []
      while let digest = try next() { digests.append(digest) }
      return digests
    }
    #expect(read == known.map(\.digest))
    // Known, a claim that is taken, the same claim of another kind, and the last one once more in one batch.
    let fresh = entry(9, kind: "key", "b")
    let outcomes = try await rows.register(
      [known[1], entry(8, kind: "verdict", "a"), fresh, fresh, entry(10, kind: "key", "b")], unixMs: 6)
    #expect(outcomes.map(\.known) == [1, 2, 3, 3, 3])
    #expect(outcomes.map(\.isConflict) == [false, true, false, false, true])
    #expect(try await rows.find(fresh.digest)?.subject == "b")
  }

  @Test func `Texts that look the same are two claims`() async throws {
    let rows = LogRows(
      try SQLiteDatabase(path: "\(scratch.path)/storage.sqlite", schema: StorageSchema.schema))
    let (composed, apart) = (entry(1, kind: "receipt", "\u{e9}"), entry(2, kind: "receipt", "e\u{301}"))
    #expect(composed.subject == apart.subject)
    let outcomes = try await rows.register([composed, apart, apart], unixMs: 5)
    #expect(outcomes.map(\.known) == [0, 1, 1] && outcomes.allSatisfy { !$0.isConflict })
    #expect(try await rows.register([apart, composed], unixMs: 6).map(\.known) == [1, 0])
  }
}

extension LogRows.Outcome {
  /// The index that it has, or that is in its way.
  fileprivate var known: UInt64 {
    switch self {
    case .registered(let index): index
    case .conflict(let other): other.index
    }
  }

  fileprivate var isConflict: Bool { if case .conflict = self { true } else { false } }
}
