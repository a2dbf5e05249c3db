import ArgumentParser
import Codec
import Credit
import Cryptography
import Foundation
import RPC
import Wire

struct CreditLedgerAudit: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Do the whole ledger again from its entries, and compare its state.",
    discussion: """
      Every entry must follow from those before it: in the chain, in what its receipt, dispute or payout may post, and in
      what is there to be moved. The state is one digest of the chain's head and of all balances (FORMAT section 7); that
      of the replay must be the one that the service states. The exit status is 0 when it is, 1 when the ledger is damaged
      or the states differ. What happens to the ledger meanwhile is for the next audit.
      """)

  @Flag(help: "Print JSON.") var json = false
  @OptionGroup var data: DataOption

  func run() async throws {
    let isSound = try await Failure.report { () -> Bool in
      let (replay, stated) = try await LedgerReader.with(data) { ledger in
        let stated = try await ledger.call(AttributionProcedures.getLedgerState, LedgerStateRequest())
        var replay = LedgerReplay()
        do {
          try await ledger.entries { entry in if entry.number <= stated.entry { try replay.add(entry) } }
        } catch let error as CreditError { throw Failure("\(error)", status: 1) }
        return (replay, stated)
      }
      let state = replay.book.state
      let isEqual =
        state.number == stated.entry && state.head.bytes == stated.head && state.digest.bytes == stated.digest
      Console.out(json ? Self.json(replay, isEqual).text : Self.text(replay, isEqual))
      return isEqual
    }
    guard isSound else { throw ExitCode(1) }
  }

  private static func rows(_ replay: LedgerReplay) -> [(String, Int)] {
    [
      ("entries", replay.book.entryCount), ("postings", replay.book.postingCount),
      ("accounts", replay.book.balances.count), ("receipts", replay.receiptCount), ("payouts", replay.payoutCount),
      ("disputes", replay.disputeCount), ("open", replay.openDisputeCount),
    ]
  }

  private static func text(_ replay: LedgerReplay, _ isEqual: Bool) -> String {
    let state = replay.book.state
    let lines = rows(replay).map { "\($0.0.padded(to: 9)) \($0.1)" }
    return
      (lines + [
        "head      sha256:\(state.head.hex)", "state     sha256:\(state.digest.hex)",
        isEqual
          ? "equal     the service states the same"
          : "differs   the service states another: restore a backup and compare",
      ]).joined(separator: "\n")
  }

  private static func json(_ replay: LedgerReplay, _ isEqual: Bool) -> JSON {
    let state = replay.book.state
    return .object(
      rows(replay).map { JSONMember($0.0, .integer($0.1)) } + [
        JSONMember("head", .string("sha256:\(state.head.hex)")),
        JSONMember("state", .string("sha256:\(state.digest.hex)")), JSONMember("equal", .bool(isEqual)),
      ])
  }
}
