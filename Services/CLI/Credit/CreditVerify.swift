import ArgumentParser
import Codec
import Foundation
import Receipts

struct CreditVerify: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Recompute from zero who is credited for an answer, and say equal or where it differs.",
    discussion: """
      Reads a bundle. shares: from policy, lineage, operator, price and usage, with the scores of the documents in the
      prompt. scores: from the opened values, by context-shapley/1, and the root that is signed over them; of more than 12
      documents by the permutations of the seed that the bundle shows revealed. values: with --model, the answer's
      log-probability given each set of documents that was valued, from the model itself. owners: with --registry,
      whose each document was when it was credited, from the log of the suite under --data. spans: from the opened spans of
      the answer, by span/1, and the root that is signed over them. matches: with --registry and --collections, the spans
      found again in the texts that were registered when the answer was given. nearest: from the opened records near to the
      answer, by knn-shapley/1 or tknn-shapley/1, and the root that is signed over them. distances: with --registry,
      --collections and --encoder, what each class of records earned, from its text and the answer's own.

      Or reads what /v1/contributors/{id}/statement gave: each line of the contributor must be under the root of the
      attribution statement beside it, and the amount be its share.

      Numbers alone are recomputed here: who signed them is what colophon verify checks. The exit status is 0 when all that
      could be recomputed is equal, 1 when something differs.
      """)

  @Argument(help: "A bundle, or the statement of a contributor.") var file: String
  @Option(help: "Value the documents again with this GGUF file.") var model: String?
  @Flag(help: "Find the documents' owners again in the log.") var registry = false
  @Option(
    help:
      "With --registry: the folder of texts that attribution had, where the policy looks for near copies, spans or nearest records."
  )
  var collections: String?
  @Option(help: "With --collections: the rarity table that the policy names for span/1.") var rarityTable: String?
  @Option(help: "With --collections: the sentence encoder, a folder or the id of one that was added.")
  var encoder: String?
  @OptionGroup var data: DataOption

  func run() async throws {
    let rows = try await Failure.report { () -> [CreditAudit.Row] in
      let bytes = try Files.bytes(file)
      do {
        if let statement = try? JSON(parsing: bytes), statement["object"] == "contributor_statement" {
          return try ContributorAudit(statement).rows
        }
        let audit = try CreditAudit(Receipts.Bundle(bytes))
        return try await audit.rows(model: model)
          + [
            audit.owners(registry ? data : nil, collections),
            audit.matches(
              SpanSources(data: registry ? data : nil, collections: collections, rarityTable: rarityTable)),
            audit.neighbours(
              NearestSources(data: registry ? data : nil, collections: collections, encoder: encoder)),
          ].compactMap(\.self)
      } catch let error as ReceiptError { throw Failure("\(file): \(error)", status: 65) }
    }
    for row in rows {
      Console.out("\(row.name.padded(to: 9)) \(row.state.padded(to: 8)) \(row.detail)")
    }
    guard !rows.contains(where: { $0.state == CreditAudit.Row.differs }) else { throw ExitCode(1) }
  }
}
