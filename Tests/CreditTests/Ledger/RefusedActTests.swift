import Cryptography
import Testing

@testable import Credit

/// What cannot be done to a receipt, each with its reason.
@Suite struct RefusedActTests {
  private static let evidence = ActFixture.evidence

  private static func contest(
    _ contributor: String? = nil, amount: UInt64? = nil, classID: Digest32? = nil
  ) -> LedgerAct {
    .open(LedgerAct.Contest(contributor: contributor, classID: classID, amountNano: amount, evidence: evidence))
  }

  private static func adjust(_ shares: [Share]) -> LedgerAct {
    .adjust(LedgerAct.Adjustment(reason: .feedback, evidence: evidence, shares: shares))
  }

  private static func uphold(_ dispute: String, _ shares: [Share]) -> LedgerAct {
    .uphold(LedgerAct.Resolution(dispute: dispute, evidence: evidence, shares: shares))
  }

  /// A receipt that is pending, one in escrow until the third day, one that is settled.
  private func ledger() throws -> ActFixture {
    var ledger = ActFixture()
    for receipt in ["pending", "escrow", "settled"] { try ledger.pending(receipt, [("ada", 70), ("bob", 30)]) }
    try ledger.settle("escrow", escrow: 3)
    try ledger.settle("settled")
    return ledger
  }

  private static let refused: [(String, LedgerAct, String)] = [
    ("nowhere", contest(), "is not settled"), ("pending", contest(), "is not settled"),
    ("pending", adjust([share("ada", 100)]), "is not settled"),
    ("pending", .release(day: 30_000), "is not in escrow"), ("settled", .release(day: 30_000), "is not in escrow"),
    ("escrow", .release(day: ActFixture.day + 2), "is in escrow until 2025-09-07"),
    ("settled", contest("eve"), "credits 'eve' nothing"),
    ("settled", contest("ada", amount: 71), "70 nano-units, not 71"),
    ("settled", contest("ada", amount: 0), "70 nano-units, not 0"),
    ("settled", contest(amount: 1), "needs its contributor"),
    ("settled", contest(classID: evidence), "needs its contributor"),
    ("settled", adjust([share("ada", 101)]), "add up to 101"), ("settled", adjust([]), "add up to 0"),
    ("settled", adjust([share("ada", 70), share("bob", 30)]), "has these shares already"),
    ("settled", uphold("none", []), "has no dispute none"),
    ("settled", .reject(LedgerAct.Resolution(dispute: "none", evidence: evidence)), "has no dispute none"),
    ("settled", .escrow(untilDay: 1), "is not pending"),
  ]

  @Test(arguments: refused.indices) func anActThatCannotBeDoneSaysWhy(_ at: Int) throws {
    let (receipt, act, why) = Self.refused[at]
    let ledger = try ledger()
    let history = ledger.histories[receipt] ?? ReceiptHistory(receiptID: receipt)
    let error = #expect(throws: CreditError.self) { try history.postings(of: act) }
    #expect("\(try #require(error))".contains(why), "\(error.map { "\($0)" } ?? "")")
  }

  @Test func sharesOfAnActAreChecked() throws {
    var ledger = try ledger()
    let id = try ledger.act(Self.contest("ada"), on: "settled")
    let history = try #require(ledger.histories["settled"])
    let wrong: [[Share]] = [
      [share("ada", 69)], [share("ada", 35), share("ada", 35)], [share("ada", 70), share("bob", 0)],
      [share("two words", 70)], [share("ada", .max)],
    ]
    for shares in wrong {
      #expect(throws: CreditError.self) { try history.postings(of: Self.uphold(id, shares)) }
    }
    for shares in [[share("bob", 15), share("bob", 15)], [share("bob", 30), share("x y", 0)]] {
      #expect(throws: CreditError.self) { try history.postings(of: Self.adjust(shares)) }
    }
  }

  @Test func whatADisputeHoldsIsNotContestedAdjustedOrReleasedAgain() throws {
    var ledger = try ledger()
    let id = try ledger.act(Self.contest(), on: "escrow")
    let history = try #require(ledger.histories["escrow"])
    #expect(throws: CreditError.self) { try history.postings(of: Self.contest("ada")) }
    #expect(throws: CreditError.self) { try history.postings(of: Self.adjust([share("bob", 100)])) }
    #expect(try history.postings(of: .release(day: ActFixture.day + 3)).isEmpty)
    try ledger.act(.reject(LedgerAct.Resolution(dispute: id, evidence: Self.evidence)), on: "escrow")
    #expect(ledger.balance(.escrow("ada")) == 70)
    let closed = try #require(ledger.histories["escrow"])
    for act in [
      Self.uphold(id, [share("eve", 100)]), .reject(LedgerAct.Resolution(dispute: id, evidence: Self.evidence)),
    ] {
      #expect(throws: CreditError.refusedAct(receipt: "escrow", why: "has dispute \(id), which is rejected already")) {
        try closed.postings(of: act)
      }
    }
  }

  @Test func aDisputeThatOutlivesTheEscrowEndsInTheSettledAccounts() throws {
    var ledger = try ledger()
    let id = try ledger.act(Self.contest("ada"), on: "escrow")
    try ledger.act(.release(day: ActFixture.day + 3), on: "escrow")
    #expect(ledger.balance(.settled("bob")) == 60 && ledger.balance(.held("ada")) == 70)
    try ledger.act(.reject(LedgerAct.Resolution(dispute: id, evidence: Self.evidence)), on: "escrow")
    #expect(ledger.balance(.settled("ada")) == 140 && ledger.balance(.held("ada")) == 0)
  }
}
