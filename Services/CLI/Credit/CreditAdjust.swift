import ArgumentParser
import Credit
import Cryptography
import Foundation
import Wire

struct CreditAdjust: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "adjust",
    abstract: "Change whom a receipt credits, because of feedback, a takedown or a mistake that came to light.",
    discussion: """
      --shares is a JSON list of {"contributor", "amount_nano": "<decimal>"}, as an attribution statement has it: all that the
      receipt credits from now on. It adds up to what it credits without what disputes hold. What changes is posted as an
      entry of its own; no old entry is touched, and the same adjustment again is the same one.
      """)

  @Argument(help: "The receipt's id.") var receipt: String
  @Option(help: "\(LedgerAct.Adjustment.Reason.allCases.map(\.rawValue).joined(separator: ", ")).") var reason: String
  @Option(help: "A file with the shares.") var shares: String
  @Option(help: "A file of what it was decided from; the ledger keeps its SHA-256.") var evidence: String
  @Flag(help: "Print JSON.") var json = false
  @OptionGroup var data: DataOption

  func run() async throws {
    try await Failure.report {
      guard LedgerAct.Adjustment.Reason(rawValue: reason) != nil else {
        let all = LedgerAct.Adjustment.Reason.allCases.map(\.rawValue).joined(separator: ", ")
        throw Failure("--reason must be one of \(all), not \"\(reason)\"", status: 64)
      }
      let request = AdjustRequest(
        receiptID: receipt, reason: reason, evidence: try EvidenceFile.digest(evidence).bytes,
        shares: try EvidenceFile.shares(shares))
      try ActReport.print(
        try await LedgerReader.with(data) { try await $0.call(AttributionProcedures.adjust, request) }, json: json)
    }
  }
}
