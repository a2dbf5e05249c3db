import Credit
import TestKit
import Testing

@Suite struct LedgerRulesTests {
  let shares = [share("a", 30), share("b", 70)]

  @Test func sharesArePostedAsPendingAgainstThePayer() throws {
    #expect(
      try LedgerRules.pending(owner: "alice", shares: shares) == [
        posting(.payer("alice"), -100), posting(.pending("a"), 30), posting(.pending("b"), 70),
      ])
  }

  @Test func settlementMovesEachShareFromPendingToSettled() throws {
    #expect(
      try LedgerRules.settlement(shares: shares) == [
        posting(.pending("a"), -30), posting(.settled("a"), 30), posting(.pending("b"), -70),
        posting(.settled("b"), 70),
      ])
  }

  @Test func aFreeRequestPostsNothing() throws {
    #expect(try LedgerRules.pending(owner: "alice", shares: []) == [])
    #expect(try LedgerRules.settlement(shares: []) == [])
  }

  @Test func anEntryAndItsReversalLeaveEveryBalanceAsItWas() throws {
    for postings in [
      try LedgerRules.pending(owner: "alice", shares: shares), try LedgerRules.settlement(shares: shares),
    ] {
      var balances: [Account: Int64] = [:]
      for posting in try postings + LedgerRules.reversal(of: postings) {
        balances[posting.account, default: 0] += posting.amountNano
      }
      #expect(balances.values.allSatisfy { $0 == 0 })
      #expect(try LedgerRules.reversal(of: LedgerRules.reversal(of: postings)) == postings)
    }
  }

  @Test func everyEntryAddsUpToZeroAtAnyPrice() throws {
    var random = SplitMix64(state: 8)
    for price in (0..<100).map({ _ in UInt64(random.number(bits: 62)) }) + [1 << 62] {
      let shares = try computeShares(policy: mixed(), lineage: diamond(), operator: "op", price: price)
      try LedgerRules.check(LedgerRules.pending(owner: "alice", shares: shares))
      try LedgerRules.check(LedgerRules.settlement(shares: shares))
    }
  }

  @Test func sharesOverThePriceLimitAreRefused() {
    #expect(throws: CreditError.priceTooLarge(nano: (1 << 62) + 1, limit: 1 << 62)) {
      try LedgerRules.pending(owner: "alice", shares: [share("a", 1 << 62), share("b", 1)])
    }
    #expect(throws: CreditError.priceTooLarge(nano: .max, limit: 1 << 62)) {
      try LedgerRules.settlement(shares: [share("a", 1), share("b", .max)])
    }
  }

  @Test func badSharesAreRefused() {
    #expect(throws: CreditError.duplicate(what: "contributor", "a")) {
      try LedgerRules.pending(owner: "alice", shares: [share("a", 1), share("a", 1)])
    }
    #expect(throws: CreditError.zeroAmount(account: "a")) { try LedgerRules.settlement(shares: [share("a", 0)]) }
    #expect(throws: CreditError.invalidID(what: "contributor", "")) {
      try LedgerRules.settlement(shares: [share("", 1)])
    }
    #expect(throws: CreditError.invalidID(what: "owner", "a b")) {
      try LedgerRules.pending(owner: "a b", shares: shares)
    }
  }

  @Test func badPostingsAreRefused() {
    #expect(throws: CreditError.unbalanced(nano: "1")) {
      try LedgerRules.check([posting(.payer("a"), -1), posting(.pending("a"), 2)])
    }
    #expect(throws: CreditError.unbalanced(nano: "-5")) { try LedgerRules.reversal(of: [posting(.payer("a"), -5)]) }
    #expect(throws: CreditError.zeroAmount(account: "pending:a")) {
      try LedgerRules.check([posting(.pending("a"), 0)])
    }
    #expect(throws: CreditError.duplicate(what: "account", "payer:a")) {
      try LedgerRules.check([posting(.payer("a"), -1), posting(.payer("a"), 1)])
    }
    #expect(throws: CreditError.invalidID(what: "account", "")) { try LedgerRules.check([posting(.payer(""), -1)]) }
    for amount in [Int64.min, .max, (1 << 62) + 1] {
      #expect(throws: CreditError.amountOutOfRange(account: "payer:a", nano: amount)) {
        try LedgerRules.reversal(of: [posting(.payer("a"), amount)])
      }
    }
  }

  @Test(arguments: [Account.payer("alice"), .pending("urn:x:y"), .settled("https://lab.example:8080/")])
  func anAccountReadsBackFromItsText(account: Account) {
    #expect(Account(account.description) == account)
  }

  @Test(arguments: ["", "payer", "payer:", ":a", "Payer:a", "other:a", "payer:a b", "payer: a"])
  func whatIsNoAccountIsNotRead(text: String) {
    #expect(Account(text) == nil)
  }
}

private func posting(_ account: Account, _ amount: Int64) -> Posting { Posting(account: account, amountNano: amount) }
