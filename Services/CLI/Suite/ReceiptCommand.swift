import ArgumentParser
import Codec
import Evidence
import Foundation
import Receipts

struct ReceiptCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "receipt", abstract: "Show receipts.", subcommands: [Show.self, Get.self, Verdict.self, Epoch.self])

  struct Epoch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check that a receipt is counted by an epoch statement in the log.",
      discussion: """
        Issuers number their receipts without gaps and sign, every few minutes, an epoch over those that came since. A
        receipt that an issuer has withheld leaves a number that no epoch can skip unseen.
          colophon receipt epoch 01990000-0000-7102-8304-05060708090a --trust trust.json
        """)

    @Argument(help: "A receipt id, or the id of a chat completion.") var id: String
    @Option(help: "The trust policy: the keys that you believe, and for what.") var trust: String
    @OptionGroup var server: ServerOption

    func run() async throws {
      try await Failure.report {
        let client = try OrchestratorClient(server)
        let policy = try TrustPolicy(try Files.bytes(trust))
        let bundle = try Receipts.Bundle(try await client.get("/v1/receipts/\(id)/bundle"))
        let report = BundleVerifier(policy: policy, appraise: BoundAppraisal.verifying()).verify(try bundle.encoded())
        guard report.isAccepted, let receipt = bundle.statements[.receipt] else {
          throw Failure("the receipt itself is not accepted: colophon verify says why", status: 1)
        }
        let proof = try EpochProof(try await client.get("/v1/receipts/\(id)/epoch"))
        let found: (epoch: EpochPredicate, index: UInt64)
        do { found = try proof.verify(try SignedStatement(receipt), policy: policy) } catch {
          throw Failure("the receipt is not counted: \(error)", status: 1)
        }
        Console.out(
          "receipt \(bundle.receiptID) is number \(proof.sequence), counted by the epoch of \(found.epoch.first) to "
            + "\(found.epoch.last), entry \(found.index) of the log")
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Draw a receipt: from a bundle file, or from the server by its id.",
      discussion: "It shows what the statements say and checks nothing: colophon verify does.")

    @Argument(help: "A bundle file, a receipt id, or the id of a chat completion.") var subject: String
    @Flag(help: "Print the statements as JSON instead of the table.") var json = false
    @OptionGroup var server: ServerOption

    func run() async throws {
      try await Failure.report {
        let bytes =
          FileManager.default.fileExists(atPath: subject)
          ? try Files.bytes(subject) : try await OrchestratorClient(server).get("/v1/receipts/\(subject)/bundle")
        let bundle = try Receipts.Bundle(bytes)
        Console.out(json ? try statements(bundle).text : try ReceiptTable(bundle).text)
      }
    }

    private func statements(_ bundle: Receipts.Bundle) throws -> JSON {
      .object(
        try (bundle.statements.map { ($0.key, $0.value) } + bundle.registered.map { ($0.key, $0.value.statement) })
          .sorted { $0.0.rawValue < $1.0.rawValue }
          .map { kind, bytes in JSONMember(kind.rawValue, try JSON(parsing: try SignedStatement(bytes).payload)) })
    }
  }
}
