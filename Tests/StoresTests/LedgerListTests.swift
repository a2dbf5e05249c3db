import Credit
import Cryptography
import Receipts
import Testing

@testable import Stores

@Suite struct LedgerListTests {
  private func entries(_ store: LedgerStore) async throws -> [LedgerEntry] {
    var found: [LedgerEntry] = []
    var after: (UInt64, UInt64) = (0, 0)
    while true {
      let parts = try await store.parts(afterEntry: after.0, line: after.1)
      guard let last = parts.last else { return found }
      #expect(parts.reduce(0) { $0 + $1.entry.postings.count } <= LedgerStore.pagePostingsMax)
      for part in parts {
        if found.last?.number == part.entry.number {
          found[found.count - 1].postings += part.entry.postings
        } else {
          found.append(part.entry)
        }
      }
      after = (last.entry.number, last.firstLine + UInt64(last.entry.postings.count) - 1)
    }
  }

  @Test(arguments: Backend.allCases) func theEntriesAddUpToTheBalances(_ backend: Backend) async throws {
    try await withLedger(backend) { fixture, store in
      let kept = try await fixture.post(store, 1, [("ada", 7), ("bob", 2)])
      _ = try await LedgerFixture.settle(store, 1)
      _ = try await fixture.post(store, 2, [("ada", 5)])
      _ = try await fixture.post(store, 3, [])
      let list = try await entries(store)
      #expect(list.map(\.event) == [.pending, .settlement, .pending])
      let origin = try #require(list[0].origin)
      #expect(origin.attribution == SHA256.hash(kept.statement) && origin.policy == fixture.policy.digest)
      #expect(list[1].place == LedgerEntry.Place(receipt: SHA256.hash(Array("receipt 1".utf8)), index: 1))
      #expect(list[2].origin?.receiptID == LedgerFixture.id(2).description && list[2].unixMs == 2)
      var book = LedgerBook()
      for entry in list { try book.add(entry) }
      for contributor in ["ada", "bob"] {
        let balance = try await store.balance(of: contributor)
        #expect(book.balances[.pending(contributor)] == Int128(balance.pendingNano))
        #expect(book.balances[.settled(contributor)] == Int128(balance.settledNano))
      }
      #expect(try await store.parts(afterEntry: .max, line: 0).isEmpty)
      #expect(try await store.parts(afterEntry: 0, line: .max).isEmpty)
    }
  }

  @Test func anEntryThatIsLongerThanAPageComesInParts() async throws {
    try await withLedger { fixture, store in
      let many = (0..<3_000).map { ("c\(10_000 + $0)", UInt64($0 + 1)) }
      _ = try await fixture.post(store, 1, many)
      _ = try await LedgerFixture.settle(store, 1)
      let list = try await entries(store)
      #expect(list.map(\.postings.count) == [3_001, 6_000])
      var book = LedgerBook()
      for entry in list { try book.add(entry) }
      #expect(book.balances[.settled("c12999")] == 3_000)
    }
  }

  @Test(arguments: Backend.allCases) func whatCreditsSomebodyIsListedWhenItIsAskedFor(_ backend: Backend) async throws {
    try await withLedger(backend) { fixture, store in
      func listed(_ contributor: String, after: UInt64 = 0) async throws -> [String] {
        try await store.credits(of: contributor, afterEntry: after).map(\.receiptID)
      }
      #expect(try await listed("ada").isEmpty)
      let ids = (0...3).map { LedgerFixture.id($0).description }
      _ = try await fixture.post(store, 1, [("ada", 7), ("bob", 2)])
      #expect(try await listed("ada") == [ids[1]])
      _ = try await LedgerFixture.settle(store, 1)
      _ = try await fixture.post(store, 2, [("bob", 5)])
      _ = try await fixture.post(store, 3, [("ada", 5)])
      #expect(try await listed("ada") == [ids[1], ids[3]])
      #expect(try await listed("bob") == [ids[1], ids[2]])
      #expect(try await listed("ada", after: 1) == [ids[3]])
      #expect(try await listed("eve").isEmpty)
      _ = try await store.audit(.postings)
      try await store.database.write { db in _ = try db.run("DELETE FROM credit WHERE entry_id = 3") }
      await #expect(throws: LedgerError.self) { try await store.audit(.postings) }
    }
  }
}
