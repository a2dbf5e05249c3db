import ArgumentParser
import Codec
import Foundation
import Wire

struct CreditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "credit",
    abstract: "Who earned what: balances, payouts, disputes, and the ledger in formats of others.",
    discussion: """
      Amounts are whole nano-units: 10^-9 of the currency that prices are in. Where the suite is not up, its attribution
      service is started for as long as this takes.
      """,
    subcommands: [
      CreditBalance.self, CreditExport.self, CreditSimulate.self, CreditVerify.self, CreditPayout.self,
      CreditDispute.self, CreditAdjust.self, CreditRecompute.self, CreditRate.self, CreditFeedback.self,
      CreditLedgerAudit.self, CreditRarity.self,
    ])
}

struct CreditBalance: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "balance", abstract: "What a contributor has earned, pending and settled.",
    discussion: """
      pending is of answers that are not in the log yet; settled is what the next payout may pay. Lines that are not zero
      follow: escrow is settled and waits for the days of its policy, held is contested, paid is paid, owed was paid and
      then given to others, and later earnings fill it up.
      """)

  @Argument(help: "The contributor's id.") var contributor: String
  @Flag(help: "Print JSON.") var json = false
  @OptionGroup var data: DataOption

  func run() async throws {
    try await Failure.report {
      let balance = try await LedgerReader.with(data) {
        try await $0.call(AttributionProcedures.getBalance, GetBalanceRequest(contributor: contributor))
      }
      let rows = [
        ("pending", balance.pendingNano), ("settled", balance.settledNano), ("escrow", balance.escrowNano),
        ("held", balance.heldNano), ("paid", balance.paidNano), ("owed", balance.owedNano),
      ]
      guard !json else {
        return Console.out(JSON.object(rows.map { JSONMember("\($0.0)_nano", .decimal($0.1)) }).text)
      }
      for (at, row) in rows.enumerated() where at < 2 || row.1 > 0 { Console.out("\(row.0.padded(to: 7))  \(row.1)") }
    }
  }
}
