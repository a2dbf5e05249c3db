import ArgumentParser
import Foundation
import Wire

struct CreditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "credit",
    abstract: "Who earned what: the ledger's balances, and the ledger in formats of others.",
    discussion: """
      Amounts are whole nano-units: 10^-9 of the currency that prices are in. Where the suite is not up, its attribution
      service is started for as long as this takes.
      """,
    subcommands: [CreditBalance.self, CreditExport.self, CreditSimulate.self, CreditVerify.self])
}

struct CreditBalance: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "balance", abstract: "What a contributor has earned, pending and settled.")

  @Argument(help: "The contributor's id.") var contributor: String
  @OptionGroup var data: DataOption

  func run() async throws {
    try await Failure.report {
      let balance = try await LedgerReader.with(data) {
        try await $0.call(AttributionProcedures.getBalance, GetBalanceRequest(contributor: contributor))
      }
      Console.out("pending  \(balance.pendingNano)\nsettled  \(balance.settledNano)")
    }
  }
}
