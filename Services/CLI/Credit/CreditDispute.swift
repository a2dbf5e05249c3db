import ArgumentParser
import Codec
import Credit
import Cryptography
import Foundation
import Wire

struct CreditDispute: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dispute",
    abstract: "Contest what a receipt credits, and decide about it.",
    discussion: """
      An open dispute holds the contested amount: no payout pays it. Upheld, it goes to those of the shares that were
      computed again; rejected, back. An amount that was paid already is owed from then on, and later earnings fill it up.
      The ledger keeps the digest of the evidence (SHA-256 of the file), never the file: keep it yourself.
      """,
    subcommands: [Open.self, List.self, Uphold.self, Reject.self])

  struct Open: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Open a dispute; the same one again is the same dispute.",
      discussion: "Prints the dispute's id. A receipt can be disputed once it is in the log.")

    @Argument(help: "The receipt's id.") var receipt: String
    @Option(help: "A file of what is shown.") var evidence: String
    @Option(help: "Whose share is contested; all shares by default.") var contributor: String?
    @Option(name: .customLong("class"), help: "The id of the class of records that is contested (64 hex digits).")
    var classID: String?
    @Option(help: "How much of the contributor's share, in nano-units; all of it by default.") var amount: UInt64?
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var data: DataOption

    func run() async throws {
      try await Failure.report {
        guard contributor != nil || (classID == nil && amount == nil) else {
          throw Failure("--class and --amount need --contributor, whose share they are of", status: 64)
        }
        guard amount != 0 else { throw Failure("--amount must be above 0", status: 64) }
        let classDigest = try classID.map { try Self.digest($0) }
        let request = OpenDisputeRequest(
          receiptID: receipt, contributor: contributor ?? "", classID: classDigest?.bytes ?? [],
          amountNano: amount ?? 0, evidence: try EvidenceFile.digest(evidence).bytes)
        try ActReport.print(
          try await LedgerReader.with(data) { try await $0.call(AttributionProcedures.openDispute, request) },
          json: json)
      }
    }

    private static func digest(_ text: String) throws -> Digest32 {
      do { return try Digest32(hex: text.hasPrefix("sha256:") ? String(text.dropFirst(7)) : text) } catch {
        throw Failure("--class: \(error)", status: 64)
      }
    }
  }

  struct Uphold: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Give what a dispute holds to others.",
      discussion: """
        --shares is a JSON list of {"contributor", "amount_nano": "<decimal>"}, as an attribution statement has it, that adds
        up to what is held. Without it all goes to --to, and without that to "unattributed".
        """)

    @Argument(help: "The dispute's id.") var dispute: String
    @Option(help: "A file of what it was decided from.") var evidence: String
    @Option(help: "A file with the shares that were computed again.") var shares: String?
    @Option(help: "The one contributor who gets all of it.") var to: String?
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var data: DataOption

    func run() async throws {
      try await Failure.report {
        guard shares == nil || to == nil else { throw Failure("--shares and --to exclude each other", status: 64) }
        var request = CloseDisputeRequest(
          disputeID: dispute, upheld: true, evidence: try EvidenceFile.digest(evidence).bytes)
        if let shares { request.shares = try EvidenceFile.shares(shares) }
        let (asked, to) = (request, to)
        try ActReport.print(
          try await LedgerReader.with(data) { ledger in
            var request = asked
            if let to { request.shares = [CreditShare(contributor: to, amountNano: try await held(ledger))] }
            return try await ledger.call(AttributionProcedures.closeDispute, request)
          }, json: json)
      }
    }

    private func held(_ ledger: LedgerReader) async throws -> UInt64 {
      guard let found = try await ledger.disputes().first(where: { $0.disputeID == dispute }) else {
        throw Failure("attribution: there is no dispute '\(dispute)'", status: 66)
      }
      return found.held.reduce(0) { $0 + $1.amountNano }
    }
  }

  struct Reject: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Give what a dispute holds back.")

    @Argument(help: "The dispute's id.") var dispute: String
    @Option(help: "A file of what it was decided from.") var evidence: String
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var data: DataOption

    func run() async throws {
      try await Failure.report {
        let request = CloseDisputeRequest(
          disputeID: dispute, upheld: false, evidence: try EvidenceFile.digest(evidence).bytes)
        try ActReport.print(
          try await LedgerReader.with(data) { try await $0.call(AttributionProcedures.closeDispute, request) },
          json: json)
      }
    }
  }
}
