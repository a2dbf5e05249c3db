import Credit
import Cryptography
import Receipts
import Testing

@testable import Stores

/// A ledger of the version before acts and chains.
@Suite struct LedgerUpgradeTests {
  @Test(arguments: Backend.allCases) func aLedgerOfBeforeIsChainedWhenItIsOpened(_ backend: Backend) async throws {
    let fixture = try LedgerFixture(backend)
    defer { fixture.remove() }
    let old = Schema(service: LedgerStore.schema.service, Array(LedgerStore.schema.migrations.prefix(3)))
    let location = try backend.location(fixture.path)
    let database = try await location.open(old)
    try await database.write { db in
      try db.run(
        "INSERT INTO policy (digest, key_id, policy_id, statement) VALUES (?, ?, ?, ?)",
        [fixture.policy.digest, fixture.policy.keyID, fixture.policy.statement.subject, fixture.policy.bytes])
      for number in 1...600 {
        try Self.insert(db, fixture, number)
      }
      for (account, nano) in [("payer:local", -6_000), ("pending:ada", 3_000), ("settled:ada", 3_000)] {
        try db.run("INSERT INTO balance (account, amount_nano) VALUES (?, ?)", [account, Int64(nano)])
      }
    }
    let error = await #expect(throws: SchemaError.self) { try await LedgerStore(location) }
    #expect("\(try #require(error))".contains("colophon migrate --service attribution"))
    #expect(try await location.migrate(LedgerStore.schema, dryRun: true).count == 4)
    #expect(try await location.migrate(LedgerStore.schema, dryRun: false).count == 4)
    let store = try await fixture.open()
    let audit = try await store.audit(.statements)
    #expect(audit.receipts == 600 && audit.entries == 900 && audit.settled == 300)
    let state = try await store.state()
    #expect(state.number == 1_200)
    #expect(try await fixture.open().state() == state)
    // It goes on as any other.
    try await fixture.earn(store, 700, escrow: 1, [("ada", 5)])
    try await LedgerFixture.log(store, 700)
    #expect(try await LedgerFixture.pay(store, LedgerFixture.order("p"))?.entry.postings.last?.amountNano == 3_000)
    #expect(try await store.audit(.statements).entries == 903)
  }

  /// A receipt of 10 nano-units, every other one settled, and a number that went to nothing after each.
  private static func insert(_ db: any RowTransaction, _ fixture: LedgerFixture, _ number: Int) throws {
    let input = LedgerFixture.input(number, price: 10)
    let signed = try fixture.statement(input, shares: [Share(contributor: "ada", amountNano: 10)])
    let id = input.receiptID.description
    try db.run(
      """
      INSERT INTO attribution (receipt_id, execution, model, price_nano, owner, policy, statement)
      VALUES (?, ?, ?, 10, 'local', ?, ?)
      """, [id, input.execution, input.model, fixture.policy.digest, signed.bytes])
    var entries = [("pending", Int64(2 * number - 1), [("payer:local", Int64(-10)), ("pending:ada", 10)])]
    if number % 2 == 0 {
      try db.run(
        "INSERT INTO settlement (receipt_id, receipt, log_index) VALUES (?, ?, ?)",
        [id, input.execution, Int64(number)])
      entries.append(("settlement", Int64(2 * number), [("pending:ada", -10), ("settled:ada", 10)]))
    }
    for (event, entry, lines) in entries {
      try db.run("INSERT INTO entry (id, receipt_id, event) VALUES (?, ?, ?)", [entry, id, event])
      for (line, posting) in lines.enumerated() {
        try db.run(
          "INSERT INTO posting (entry_id, line, account, amount_nano) VALUES (?, ?, ?, ?)",
          [entry, Int64(line), posting.0, posting.1])
      }
    }
  }
}
