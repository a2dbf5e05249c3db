import Credit
import Receipts
import Testing

@testable import Stores

@Suite struct LedgerConcurrencyTests {
  @Test(arguments: Backend.allCases) func ofManyEqualCallsAtOnceOnePostsAndAllGetItsBytes(_ backend: Backend)
    async throws
  {
    try await withLedger(backend) { fixture, store in
      let input = LedgerFixture.input(1, price: 10)
      let statements = try (1...16).map { at in
        try fixture.statement(input, shares: [Share(contributor: "ada", amountNano: 10)], at: Int64(at))
      }
      let answers = try await withThrowingTaskGroup(of: KeptAttribution.self) { group in
        for signed in statements { group.addTask { try await store.post(input, signed, owner: "local") } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(answers.count == 16 && answers.allSatisfy { $0 == answers[0] })
      let settled = try await withThrowingTaskGroup(of: UInt64?.self) { group in
        for _ in 0..<16 { group.addTask { try await LedgerFixture.settle(store, 1) } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(settled.compactMap { $0 } == [10])
      #expect(try await store.audit(.statements).entries == 2)
    }
  }

  @Test(arguments: Backend.allCases) func twoProcessesOnOneFileKeepItBalanced(_ backend: Backend) async throws {
    try await withLedger(backend) { fixture, store in
      let other = try await fixture.open()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<40 {
          let store = number % 2 == 0 ? store : other
          group.addTask {
            _ = try await fixture.post(store, number, [("ada", UInt64(number) + 1), ("bob", 3)])
            _ = try await LedgerFixture.settle(number % 3 == 0 ? other : store, number)
          }
        }
        try await group.waitForAll()
      }
      let audit = try await store.audit(.statements)
      #expect(audit.receipts == 40 && audit.settled == 40)
      #expect(try await other.balance(of: "ada") == ContributorBalance(pendingNano: 0, settledNano: 820))
    }
  }
}
