import ArgumentParser
import Codec
import Foundation
import Receipts

struct ReceiptCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "receipt", abstract: "Show receipts.", subcommands: [Show.self])

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
        try bundle.statements.sorted { $0.key.rawValue < $1.key.rawValue }.map { kind, bytes in
          JSONMember(kind.rawValue, try JSON(parsing: try SignedStatement(bytes).payload))
        })
    }
  }
}
