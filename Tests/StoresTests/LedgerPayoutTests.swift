import Credit
import Cryptography
import Receipts
import Testing

@testable import Stores

@Suite struct LedgerPayoutTests {
  @Test(arguments: Backend.allCases) func aReceiptIsPaidWhenItsEscrowHasEndedAndOnce(_ backend: Backend) async throws {
    try await withLedger(backend) { fixture, store in
      try await fixture.earn(store, 1, escrow: 3, [("ada", 950), ("zoe", 50)])
      try await LedgerFixture.log(store, 1)
      #expect(try await store.balance(of: "ada") == ContributorBalance(pendingNano: 0, settledNano: 0, escrowNano: 950))
      for day in [0, 1, 2] {
        #expect(try await LedgerFixture.pay(store, LedgerFixture.order("early", day: LedgerFixture.day + day)) == nil)
      }
      let order = try LedgerFixture.order("p", day: LedgerFixture.day + 3)
      let (posted, unpaid) = try await store.pay(order, references: LedgerFixture.references, unixMs: 7)
      let first = try #require(posted)
      #expect(first.isNew && unpaid == [UnpaidBalance(contributor: "zoe", amountNano: 50, reason: .noReference)])
      #expect(
        first.entry.postings == [
          Posting(account: .settled("ada"), amountNano: -950), Posting(account: .paid("ada"), amountNano: 950),
        ])
      let again = try #require(try await LedgerFixture.pay(fixture.open(), order))
      #expect(!again.isNew && again.entry == first.entry)
      #expect(try PayoutDocument(again.entry).text == PayoutDocument(first.entry).text)
      #expect(try await store.payout("p") == first.entry)
      #expect(try await store.payout("q") == nil)
      #expect(try await LedgerFixture.pay(store, LedgerFixture.order("second", day: LedgerFixture.day + 9)) == nil)
      #expect(try await store.balance(of: "ada").paidNano == 950)
      #expect(try await store.audit(.statements).entries == 4)
    }
  }

  @Test(arguments: Backend.allCases) func payoutsThatMeetPayOnce(_ backend: Backend) async throws {
    try await withLedger(backend) { fixture, store in
      let other = try await fixture.open()
      for number in 1...5 {
        try await fixture.earn(store, number, escrow: number % 2, [("ada", 100)])
        try await LedgerFixture.log(store, number)
      }
      let paid = try await withThrowingTaskGroup(of: Int64.self) { group in
        for at in 0..<12 {
          let store = at % 2 == 0 ? store : other
          group.addTask {
            let order = try LedgerFixture.order("p\(at / 2)", day: LedgerFixture.day + 5)
            let posted = try await LedgerFixture.pay(store, order)
            return posted?.isNew == true ? posted?.entry.postings.last?.amountNano ?? 0 : 0
          }
        }
        return try await group.reduce(0, +)
      }
      #expect(paid == 500)
      #expect(try await store.balance(of: "ada") == ContributorBalance(pendingNano: 0, settledNano: 0, paidNano: 500))
      _ = try await store.audit(.statements)
    }
  }

  @Test func whatIsNotPaidIsNamedWithItsReason() async throws {
    try await withLedger { fixture, store in
      try await fixture.earn(
        store, 1, [("ada", 99), ("bob", 100), ("nobody", 500), ("unattributed", 7), ("wrong", 500)])
      try await LedgerFixture.log(store, 1)
      var references = LedgerFixture.references
      references["wrong"] = "eip155:1:0x"
      let (posted, unpaid) = try await store.pay(
        LedgerFixture.order("p", minimum: 100), references: references, unixMs: 7)
      #expect(posted?.entry.postings.map(\.account) == [.settled("bob"), .paid("bob")])
      #expect(unpaid.map(\.reason) == [.belowMinimum, .noReference, .otherReference])
      #expect(unpaid.map(\.contributor) == ["ada", "nobody", "wrong"])
    }
  }

  @Test func aPayoutHasOneMeaning() async throws {
    try await withLedger { fixture, store in
      try await fixture.earn(store, 1, [("ada", 99)])
      try await LedgerFixture.log(store, 1)
      _ = try await LedgerFixture.pay(store, LedgerFixture.order("p"))
      for other in [
        try LedgerFixture.order("p", day: LedgerFixture.day + 1), try LedgerFixture.order("p", asset: "USD"),
      ] {
        await #expect(throws: LedgerError.paidOtherwise("p")) { try await LedgerFixture.pay(store, other) }
      }
    }
  }

  @Test func aPayoutHasSoManyPayeesAndTheNextOneTheOthers() async throws {
    try await withLedger { fixture, store in
      let many = (0..<LedgerAct.Payout.payeeCountMax + 3).map { ("c\(10_000 + $0)", UInt64(10)) }
      try await fixture.earn(store, 1, many)
      try await LedgerFixture.log(store, 1)
      let references = Dictionary(uniqueKeysWithValues: many.map { ($0.0, "$wallet.example") })
      let (posted, unpaid) = try await store.pay(LedgerFixture.order("a"), references: references, unixMs: 7)
      #expect(posted?.entry.postings.count == 2 * LedgerAct.Payout.payeeCountMax)
      #expect(unpaid.map(\.reason) == [.next, .next, .next])
      let (next, none) = try await store.pay(LedgerFixture.order("b"), references: references, unixMs: 7)
      #expect(next?.entry.postings.count == 6 && none.isEmpty)
    }
  }

  @Test(arguments: Backend.allCases) func disputesAreListedAndEndOnce(_ backend: Backend) async throws {
    try await withLedger(backend) { fixture, store in
      try await fixture.earn(store, 1, [("ada", 70), ("bob", 30)])
      let id = LedgerFixture.dayID(1)
      let contest = LedgerAct.Contest(contributor: "ada", amountNano: 50, evidence: LedgerFixture.evidence)
      await #expect(throws: CreditError.self) { try await store.open(contest, of: id, unixMs: 5) }
      try await LedgerFixture.log(store, 1)
      let opened = try await store.open(contest, of: id, unixMs: 5)
      let again = try await store.open(contest, of: id, unixMs: 6)
      #expect(opened.isNew && !again.isNew && again.id == opened.id && again.entry == opened.entry)
      #expect(try await store.balance(of: "ada").heldNano == 50)
      let wrong = [Share(contributor: "eve", amountNano: 49)]
      await #expect(throws: CreditError.self) {
        try await store.close(opened.id, shares: wrong, evidence: LedgerFixture.evidence, unixMs: 7)
      }
      let right = [Share(contributor: "eve", amountNano: 50)]
      let upheld = try await store.close(opened.id, shares: right, evidence: LedgerFixture.evidence, unixMs: 7)
      #expect(upheld.isNew)
      let repeated = try await store.close(opened.id, shares: right, evidence: LedgerFixture.evidence, unixMs: 8)
      #expect(!repeated.isNew && repeated.entry == upheld.entry)
      await #expect(throws: CreditError.self) {
        try await store.close(opened.id, shares: nil, evidence: LedgerFixture.evidence, unixMs: 9)
      }
      let listed = try await store.disputes(afterEntry: 0)
      #expect(listed.map(\.dispute.state) == [.upheld] && listed.first?.dispute.contest == contest)
      #expect(try await store.disputes(afterEntry: listed[0].entry).isEmpty)
      #expect(try await store.balance(of: "eve").settledNano == 50)
      #expect(try await store.history(of: id).credited.map(\.amountNano) == [20, 30, 50])
      let unknown = String(repeating: "0", count: 32)
      await #expect(throws: LedgerError.unknownDispute(unknown)) {
        try await store.close(unknown, shares: nil, evidence: LedgerFixture.evidence, unixMs: 7)
      }
      await #expect(throws: LedgerError.notAttributed(LedgerFixture.dayID(9))) {
        try await store.open(contest, of: LedgerFixture.dayID(9), unixMs: 7)
      }
      _ = try await store.audit(.statements)
    }
  }

  @Test(arguments: Backend.allCases) func whatWasPaidAndThenMovedIsFilledUpByLaterEarnings(_ backend: Backend)
    async throws
  {
    try await withLedger(backend) { fixture, store in
      for number in 1...2 { try await fixture.earn(store, number, [("ada", 60)]) }
      try await LedgerFixture.log(store, 1)
      _ = try await LedgerFixture.pay(store, LedgerFixture.order("a"))
      let taken = LedgerAct.Adjustment(
        reason: .takedown, evidence: LedgerFixture.evidence, shares: [Share(contributor: "bob", amountNano: 60)])
      #expect(try await store.adjust(LedgerFixture.dayID(1), taken, unixMs: 5).isNew)
      #expect(try await store.adjust(LedgerFixture.dayID(1), taken, unixMs: 6).isNew == false)
      #expect(
        try await store.balance(of: "ada")
          == ContributorBalance(pendingNano: 60, settledNano: 0, paidNano: 60, owedNano: 60))
      try await LedgerFixture.log(store, 2)
      let posted = try await LedgerFixture.pay(store, LedgerFixture.order("b"))
      #expect(posted?.entry.postings.map(\.account) == [.settled("bob"), .paid("bob")])
      #expect(try await store.balance(of: "ada").owedNano == 0)
      _ = try await store.audit(.statements)
    }
  }
}
