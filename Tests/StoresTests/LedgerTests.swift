import Credit
import Cryptography
import Receipts
import Testing

@testable import Stores

@Suite struct LedgerTests {
  private func balance(_ pending: UInt64, _ settled: UInt64) -> ContributorBalance {
    ContributorBalance(pendingNano: pending, settledNano: settled)
  }

  @Test(arguments: Backend.allCases) func sharesArePendingUntilTheReceiptIsInTheLog(_ backend: Backend) async throws {
    try await withLedger(backend) { fixture, store in
      _ = try await fixture.post(store, 1, [("ada", 950), ("op", 50)])
      #expect(try await store.balance(of: "ada") == balance(950, 0))
      #expect(try await LedgerFixture.settle(store, 1) == 1000)
      #expect(try await store.balance(of: "ada") == balance(0, 950))
      #expect(try await store.balance(of: "op") == balance(0, 50))
      #expect(try await store.balance(of: "nobody") == balance(0, 0))
      let audit = try await store.audit(.statements)
      #expect(audit.receipts == 1 && audit.settled == 1 && audit.entries == 2 && audit.postings == 7)
      // The payer, and two accounts of each contributor.
      #expect(audit.accounts == 5)
    }
  }

  @Test(arguments: Backend.allCases) func aRepeatPostsNothingAndGivesTheFirstBytes(_ backend: Backend) async throws {
    try await withLedger(backend) { fixture, store in
      let input = LedgerFixture.input(1, price: 10)
      let shares = [Share(contributor: "ada", amountNano: 10)]
      #expect(try await store.attribution(for: input) == nil)
      let first = try fixture.statement(input, shares: shares, at: 1)
      let second = try fixture.statement(input, shares: shares, at: 2)
      #expect(first.bytes != second.bytes)
      let kept = try await store.post(input, first, owner: "local")
      #expect(kept.statement == first.bytes && kept.policyStatement == fixture.policy.bytes)
      #expect(try await store.post(input, second, owner: "local") == kept)
      #expect(try await store.attribution(for: input) == kept)
      #expect(try await store.balance(of: "ada") == balance(10, 0))
      #expect(try await LedgerFixture.settle(store, 1) == 10)
      #expect(try await LedgerFixture.settle(store, 1) == nil)
      #expect(try await store.balance(of: "ada") == balance(0, 10))
    }
  }

  @Test(arguments: Backend.allCases) func aReceiptIsAttributedFromOneInputOnly(_ backend: Backend) async throws {
    try await withLedger(backend) { fixture, store in
      _ = try await fixture.post(store, 1, [("ada", 10)])
      let known = LedgerFixture.input(1, price: 10)
      let other = SHA256.hash([9])
      let inputs = [
        ("price", LedgerFixture.input(1, price: 11)),
        (
          "execution statement",
          AttributionInput(receiptID: known.receiptID, execution: other, model: known.model, priceNano: 10)
        ),
        (
          "model statement",
          AttributionInput(receiptID: known.receiptID, execution: known.execution, model: other, priceNano: 10)
        ),
      ]
      for (what, input) in inputs {
        let error = LedgerError.attributedOtherwise(known.receiptID, what: what)
        await #expect(throws: error) { try await store.attribution(for: input) }
        let shares = [Share(contributor: "ada", amountNano: input.priceNano)]
        await #expect(throws: error) {
          try await store.post(input, fixture.statement(input, shares: shares), owner: "local")
        }
      }
      #expect(try await store.audit(.statements).entries == 1)
    }
  }

  @Test(arguments: Backend.allCases) func nothingIsSettledThatWasNotPending(_ backend: Backend) async throws {
    try await withLedger(backend) { _, store in
      await #expect(throws: LedgerError.notAttributed(LedgerFixture.id(1))) { try await LedgerFixture.settle(store, 1) }
      let audit = try await store.audit(.statements)
      #expect(audit == LedgerAudit())
    }
  }

  @Test(arguments: Backend.allCases) func aReceiptIsSettledAtOneIndexOnly(_ backend: Backend) async throws {
    try await withLedger(backend) { fixture, store in
      _ = try await fixture.post(store, 1, [("ada", 10)])
      _ = try await LedgerFixture.settle(store, 1)
      let id = LedgerFixture.id(1)
      let receipt = SHA256.hash(Array("receipt 1".utf8))
      let error = LedgerError.settledOtherwise(id, receipt: receipt, index: 1)
      await #expect(throws: error) { try await store.settle(id, receipt: receipt, index: 2) }
      await #expect(throws: error) { try await store.settle(id, receipt: SHA256.hash([]), index: 1) }
      let limit = UInt64(Int64.max)
      await #expect(throws: LedgerError.indexTooLarge(limit + 1, limit: limit)) {
        try await store.settle(id, receipt: receipt, index: limit + 1)
      }
    }
  }

  @Test(arguments: Backend.allCases) func aPriceOfZeroPostsNothingAndIsSettledAllTheSame(_ backend: Backend)
    async throws
  {
    try await withLedger(backend) { fixture, store in
      _ = try await fixture.post(store, 1, [])
      #expect(try await LedgerFixture.settle(store, 1) == 0)
      #expect(try await LedgerFixture.settle(store, 1) == nil)
      let audit = try await store.audit(.statements)
      #expect(audit.receipts == 1 && audit.settled == 1 && audit.entries == 0 && audit.accounts == 0)
    }
  }

  @Test(arguments: Backend.allCases) func onlySharesThatAreSignedForTheReceiptArePosted(_ backend: Backend) async throws
  {
    try await withLedger(backend) { fixture, store in
      let input = LedgerFixture.input(1, price: 10)
      let ten = [Share(contributor: "ada", amountNano: 10)]
      let wrong = [
        try fixture.statement(input, shares: [Share(contributor: "ada", amountNano: 9)]),
        try fixture.statement(input, shares: []),
        try fixture.statement(input, shares: ten, price: 11),
        try fixture.statement(input, shares: ten, execution: SHA256.hash([])),
        try fixture.statement(LedgerFixture.input(2, price: 10), shares: ten, execution: input.execution),
        fixture.policy,
      ]
      for signed in wrong {
        await #expect(throws: LedgerError.self) { try await store.post(input, signed, owner: "local") }
      }
      let zero = [Share(contributor: "ada", amountNano: 10), Share(contributor: "bob", amountNano: 0)]
      await #expect(throws: CreditError.zeroAmount(account: "bob")) {
        try await store.post(input, fixture.statement(input, shares: zero), owner: "local")
      }
      await #expect(throws: CreditError.self) {
        try await store.post(input, fixture.statement(input, shares: ten), owner: "no owner")
      }
      let foreign = SHA256.hash([7])
      await #expect(throws: LedgerError.unknownPolicy(foreign)) {
        try await store.post(input, fixture.statement(input, shares: ten, policy: foreign), owner: "local")
      }
      #expect(try await store.audit(.statements) == LedgerAudit())
    }
  }

  @Test(arguments: Backend.allCases) func aBalanceThatWouldOverflowIsRefusedAndNothingOfItStays(_ backend: Backend)
    async throws
  {
    try await withLedger(backend) { fixture, store in
      let price = LedgerRules.priceNanoMax
      _ = try await fixture.post(store, 1, [("ada", price)])
      await #expect(throws: LedgerError.balanceTooLarge(account: "pending:ada")) {
        try await fixture.post(store, 2, [("ada", price)])
      }
      #expect(try await store.balance(of: "ada") == balance(price, 0))
      #expect(try await store.audit(.statements).receipts == 1)
    }
  }

  @Test(arguments: Backend.allCases) func aPolicyIsSignedOnceAndAChangedOneNeedsANewID(_ backend: Backend) async throws
  {
    try await withLedger(backend) { fixture, store in
      let again = try LedgerFixture.sign(policy: .standard, with: fixture.key, at: 2)
      #expect(again.bytes != fixture.policy.bytes)
      #expect(try await store.keep(policy: again) == fixture.policy)
      let changed = try AttributionPolicy(
        id: AttributionPolicy.standard.id,
        roles: [PolicyRole(role: "all", basisPoints: 10_000, method: .equal(["ada"]))])
      let error = LedgerError.policyChanged(id: changed.id)
      await #expect(throws: error) {
        try await store.keep(policy: LedgerFixture.sign(policy: changed, with: fixture.key))
      }
      await #expect(throws: error) {
        try await store.keep(policy: LedgerFixture.sign(policy: .standard, with: fixture.key, issuer: "https://other"))
      }
      let attribution = try fixture.statement(LedgerFixture.input(1, price: 0), shares: [])
      await #expect(throws: LedgerError.self) { try await store.keep(policy: attribution) }
    }
  }

  @Test(arguments: Backend.allCases) func aRestartFindsEverythingThatWasAnswered(_ backend: Backend) async throws {
    let fixture = try LedgerFixture(backend)
    defer { fixture.remove() }
    var kept: [KeptAttribution] = []
    for number in 0..<6 {
      // Each store is dropped as it is, with its write-ahead log.
      let store = try await fixture.open()
      kept.append(try await fixture.post(store, number, [("ada", 7), ("bob", 2)]))
      if number > 0 { #expect(try await LedgerFixture.settle(store, number - 1) == 9) }
    }
    let store = try await fixture.open()
    for (number, kept) in kept.enumerated() {
      #expect(try await store.attribution(for: LedgerFixture.input(number, price: 9)) == kept)
    }
    #expect(try await store.balance(of: "ada") == balance(7, 35))
    let audit = try await store.audit(.statements)
    #expect(audit.receipts == 6 && audit.settled == 5)
  }
}
