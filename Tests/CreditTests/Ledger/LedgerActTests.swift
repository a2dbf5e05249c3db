import Cryptography
import Testing

@testable import Credit

@Suite struct LedgerActTests {
  @Test func everyBalanceIsWhatTheActsMade() throws {
    let ledger = try ActFixture.full()
    // ada: 700 + 500 + 200 paid, then 600 of r1 taken from her: she owes them.
    #expect(ledger.balance(.paid("ada")) == 1_400 && ledger.balance(.settled("ada")) == -600)
    // bob: 200 paid while 100 was held; then 100 released and 600 moved to him, and paid.
    #expect(ledger.balance(.paid("bob")) == 200 + 700 && ledger.balance(.settled("bob")) == 0)
    #expect(ledger.balance(.settled("unattributed")) == 300 && ledger.balance(.settled("eve")) == 0)
    for id in ["ada", "bob", "eve"] {
      for account in [Account.pending(id), .escrow(id), .held(id)] { #expect(ledger.balance(account) == 0) }
    }
    #expect(ledger.book.balances.values.reduce(0, +) == 0)
  }

  @Test func aReplayHasTheStateOfTheOneThatWrote() throws {
    let ledger = try ActFixture.full()
    var replay = LedgerReplay()
    for entry in ledger.entries { try replay.add(entry) }
    #expect(replay.book.state == ledger.book.state)
    #expect(replay.receiptCount == 2 && replay.payoutCount == 2)
    #expect(replay.disputeCount == 2 && replay.openDisputeCount == 0)
    #expect(Set(ledger.entries.map(\.event)) == Set(LedgerEntry.Event.allCases))
  }

  @Test func theDetailOfEveryActReadsBackAndHasOneSpelling() throws {
    for entry in try ActFixture.full().entries where !entry.detail.isEmpty {
      let detail = try LedgerDetail(event: entry.event, text: entry.detail)
      #expect(try detail.text == entry.detail && detail.event == entry.event)
      for event in LedgerEntry.Event.allCases where event != entry.event {
        // `upheld` and `rejected` differ by the shares alone.
        #expect(throws: CreditError.self) { try LedgerDetail(event: event, text: entry.detail) }
      }
    }
  }

  @Test(arguments: [
    "", "{}", "[]", #"{"day":1}"#, #"{"day":-1,"unix_ms":"1"}"#, #"{"day":376199,"unix_ms":"1"}"#,
    #"{"day":1,"unix_ms":1}"#, #"{"day":1,"unix_ms":"01"}"#, #"{"unix_ms":"1","day":1}"#,
    #"{"day":1,"unix_ms":"1","x":1}"#, #"{"day":1, "unix_ms":"1"}"#, #"{"day":"1","unix_ms":"1"}"#,
  ])
  func anotherDetailOfAReleaseIsRefused(_ text: String) {
    #expect(throws: CreditError.self) { try LedgerDetail(event: .release, text: text) }
  }

  @Test func aDisputeIsNamedByAllThatItIsAbout() throws {
    let other = SHA256.hash([1])
    let contests = [
      LedgerAct.Contest(evidence: ActFixture.evidence), LedgerAct.Contest(evidence: other),
      LedgerAct.Contest(contributor: "ada", evidence: other), LedgerAct.Contest(contributor: "bob", evidence: other),
      LedgerAct.Contest(contributor: "ada", amountNano: 1, evidence: other),
      LedgerAct.Contest(contributor: "ada", classID: other, evidence: other),
    ]
    let ids = try ["r1", "r2"].flatMap { receipt in
      try contests.map { try LedgerDetail.id(.open($0), receipt: receipt) }
    }
    #expect(Set(ids).count == ids.count && ids.allSatisfy(LedgerDetail.isID))
    #expect(!LedgerDetail.isID("") && !LedgerDetail.isID(String(repeating: "A", count: 32)))
  }

  @Test(
    arguments: [
      (0, 0, 1, 0), (-5, 0, 1, 0), (5, 0, 1, 5), (5, 5, 1, 5), (5, 6, 1, 0), (1_999, 0, 1_000, 1_000),
      (1_999, 1_001, 1_000, 0), (999, 0, 1_000, 0), (.max, 0, 1, 1 << 62), (5, 0, 0, 0),
    ] as [(Int64, UInt64, UInt64, UInt64)])
  func whatIsPayableIsWholeUnitsAndNotBelowTheMinimum(
    _ balance: Int64, _ minimum: UInt64, _ unit: UInt64, _ payable: UInt64
  ) {
    #expect(LedgerRules.payable(balanceNano: balance, minimumNano: minimum, unitNano: unit) == payable)
  }

  @Test func anEscrowEndsWithTheBeginningOfItsLastDay() {
    #expect(ReceiptStage.escrowEnd(unixMs: 0, days: 3) == 3)
    #expect(ReceiptStage.escrowEnd(unixMs: 86_399_999, days: 3) == 3)
    #expect(ReceiptStage.escrowEnd(unixMs: 86_400_000, days: 3) == 4)
  }

  @Test(arguments: ["1970-01-01", "2000-02-29", "2026-11-28", "2999-12-30"]) func aDayReadsBack(_ text: String) {
    #expect(UnixDay(text)?.text == text)
  }

  @Test(arguments: [
    "", "2026-11-31", "2025-02-29", "1969-12-31", "2999-12-31", "2026-1-01", "2026-00-10", "+026-01-01", "2026/01/01",
    "2026-11-28 ",
  ])
  func whatIsNoDayIsNotRead(_ text: String) { #expect(UnixDay(text) == nil) }
}
