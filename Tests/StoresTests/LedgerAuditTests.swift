import Credit
import Receipts
import Testing

@testable import Stores

/// Each line damages a sound ledger in one way; the audit names it.
@Suite struct LedgerAuditTests {
  /// Receipt 1 is settled, receipt 2 is pending, receipt 3 cost nothing.
  private static let damages = [
    "UPDATE balance SET amount_nano = amount_nano + 1 WHERE account = 'settled:ada'",
    "DELETE FROM balance WHERE account = 'settled:ada'",
    "INSERT INTO balance VALUES ('settled:eve', 0)",
    "UPDATE posting SET amount_nano = amount_nano + 1 WHERE account = 'pending:ada' AND entry_id = 1",
    "UPDATE posting SET account = 'settled:eve' WHERE account = 'settled:ada'",
    "UPDATE posting SET account = 'nobody' WHERE account = 'settled:ada'",
    "DELETE FROM posting WHERE entry_id = 2",
    "UPDATE posting SET entry_id = 3, line = 9 WHERE entry_id = 1 AND line = 2",
    "DELETE FROM settlement WHERE receipt_id = (SELECT receipt_id FROM entry WHERE id = 1)",
    "INSERT INTO settlement SELECT receipt_id, x'00', 5 FROM entry WHERE id = 3",
    "UPDATE attribution SET price_nano = price_nano + 1",
    "UPDATE attribution SET owner = 'someone'",
    """
    INSERT INTO entry (id, key, receipt_id, event, detail) SELECT 9, 'pending:' || receipt_id, receipt_id, 'pending', ''
    FROM attribution WHERE price_nano = 0
    """,
    "UPDATE entry SET chain = NULL WHERE id = 2",
    "UPDATE entry SET chain = (SELECT chain FROM entry WHERE id = 1) WHERE id = 2",
    "UPDATE entry SET detail = '{\"until_day\":1}' WHERE id = 2",
    "UPDATE entry SET key = key || 'x' WHERE id = 3",
    "INSERT INTO escrow SELECT receipt_id, 5 FROM entry WHERE id = 2",
  ]

  private func sound(_ fixture: LedgerFixture, _ store: LedgerStore) async throws {
    _ = try await fixture.post(store, 1, [("ada", 7), ("bob", 2)])
    _ = try await LedgerFixture.settle(store, 1)
    _ = try await fixture.post(store, 2, [("ada", 5)])
    _ = try await fixture.post(store, 3, [])
    #expect(try await store.audit(.statements).receipts == 3)
  }

  /// Runs SQL in the file of an open ledger, as steps of its schema after its own.
  private func run(_ fixture: LedgerFixture, _ sql: [String]) async throws {
    let steps = LedgerStore.schema.migrations + sql.map { Migration("damage", $0) }
    _ = try await fixture.backend.location(fixture.path).open(Schema(service: "attribution", steps), .migrating)
  }

  @Test(arguments: damages, Backend.long)
  func theAuditFindsDamage(_ sql: String, _ backend: Backend) async throws {
    try await withLedger(backend) { fixture, store in
      try await sound(fixture, store)
      try await run(fixture, [sql])
      await #expect(throws: LedgerError.self) { try await store.audit(.postings) }
    }
  }

  /// Money moved between contributors without a trace in the sums: only the signed shares tell.
  @Test(arguments: Backend.allCases)
  func theAuditOfStatementsFindsSharesThatNobodySigned(_ backend: Backend) async throws {
    try await withLedger(backend) { fixture, store in
      try await sound(fixture, store)
      let moved = ["posting", "balance"].flatMap { table in
        ["pending", "settled"].map { "UPDATE \(table) SET account = '\($0):eve' WHERE account = '\($0):bob'" }
      }
      try await run(fixture, moved)
      await #expect(throws: LedgerError.self) { try await store.audit(.postings) }
      // Whoever can write rows can chain them anew: then only the signatures, and heads that somebody kept, tell.
      let head = try await store.state().head
      try await run(fixture, moved + ["UPDATE entry SET chain = NULL"])
      try await store.chainEntriesOfBefore()
      #expect(try await store.audit(.postings).receipts == 3)
      #expect(try await store.state().head != head)
      await #expect(throws: LedgerError.self) { try await store.audit(.statements) }
      try await run(fixture, moved + ["UPDATE entry SET chain = NULL", "UPDATE attribution SET statement = x'd2'"])
      await #expect(throws: LedgerError.self) { try await store.audit(.statements) }
    }
  }
}
