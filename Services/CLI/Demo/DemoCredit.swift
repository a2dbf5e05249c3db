import ArgumentParser
import Codec
import Credit
import Exact
import Foundation
import Receipts

struct DemoCredit: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "credit",
    abstract:
      "Register who wrote some documentation, ask questions with it in the prompt, and print who earned what and why.",
    discussion: """
      Each folder in FOLDER is one contributor: Deploy/demo-credit makes it from Debian's documentation packages, starts a
      suite whose policy credits documents, and runs this. Per question the nearest passages go into the prompt: found by
      shared words, then ranked by the encoder minilm. More than 6 of them are valued after the receipt, which takes a
      pass for every set of them. With --collections (made by colophon demo passages) and --rarity-table the spans of the
      answers are found again. The suite has to be up on this data folder.
      """)

  @Argument(help: "A folder with one folder of HTML or text files for each contributor.") var folder: String
  @Option(parsing: .singleValue, help: "A question; may be given again.") var question: [String] = []
  @Option(help: "Documents in each prompt, 1 to \(RequestedDocument.countMax).") var documents: Int = 3
  @Option(help: "Most tokens of an answer.") var maxTokens: Int = 48
  @Option(help: "The model's GGUF file, to value the documents again here; by default that of the data folder.")
  var model: String?
  @Option(help: "The encoder: a folder, or the id of one that was added.") var encoder: String = "minilm"
  @Option(help: "The folder of texts that attribution has.") var collections: String?
  @Option(help: "The rarity table that its policy names for span/1.") var rarityTable: String?
  @OptionGroup var data: DataOption

  static let questions = [
    "How do I list all tables of an SQLite database?", "What does json.dumps do in Python?",
    "What does VACUUM do in PostgreSQL?", "How is a gen_server started in Erlang?",
    "How do I write a for loop in Bash?",
    "How do I undo the last commit in Git?", "How do I read a file in Node.js?",
  ]

  func run() async throws {
    try await Failure.report {
      guard (1...RequestedDocument.countMax).contains(documents) else {
        throw Failure("--documents must be 1 to \(RequestedDocument.countMax)", status: 64)
      }
      guard let url = try ReadyFile(data).urls()["orchestrator"] else {
        throw Failure("no suite is up on this data folder: colophon up", status: 69)
      }
      let sources = try DemoSource.all(in: URL(fileURLWithPath: folder, isDirectory: true))
      for source in sources { try await source.register(data) }
      Console.out("")
      let retrieval = try DemoRetrieval(sources, EncoderFolder(naming: encoder, data: data))
      let client = OrchestratorClient(url: url)
      for text in question.isEmpty ? Self.questions : question { try await ask(text, client, retrieval) }
      try await totals(sources, client)
    }
  }

  private func ask(_ question: String, _ client: OrchestratorClient, _ retrieval: DemoRetrieval) async throws {
    Console.out("== \(question)")
    let found = try retrieval.nearest(question, count: documents)
    let answer = try await DemoAnswer(question, found.map(\.passage), maxTokens: maxTokens, client)
    Console.out(ExportText.visible(answer.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")) + "\n")
    for (at, item) in found.enumerated() {
      Console.out(
        "  \(item.passage.contributor.padded(to: 28)) score \(answer.score(at).padded(to: 12)) near "
          + "\(String(format: "%.3f", item.nearness))  \(ExportText.visible(item.passage.title))")
    }
    for span in answer.spans {
      Console.out(
        "  \(span.contributor.padded(to: 28)) says as the answer does, in \(span.asset): \"\(ExportText.visible(span.words))\""
      )
    }
    if answer.isWithoutScores { Console.out("  the answer is likelier without the documents: nobody is paid for them") }
    Console.out("  shares of \(answer.priceNano) nano-units: \(answer.shares)")
    let bytes = try await client.get("/v1/receipts/\(answer.receiptID)/bundle")
    let audit = try CreditAudit(Receipts.Bundle(bytes))
    let sources = SpanSources(data: data, collections: collections, rarityTable: rarityTable)
    let again = [try await audit.owners(data), try await audit.matches(sources)].compactMap(\.self)
    let rows = try audit.rows(model: weights(answer.model).path) + again
    for row in rows { Console.out("  recomputed: \(row.name.padded(to: 7)) \(row.state.padded(to: 8)) \(row.detail)") }
    guard !rows.contains(where: { $0.state == CreditAudit.Row.differs }) else {
      throw Failure("the numbers of receipt \(answer.receiptID) do not recompute", status: 65)
    }
    Console.out("")
  }

  private func weights(_ id: String) -> URL {
    if let model { return URL(fileURLWithPath: model) }
    return data.models.appending(path: id).appending(path: "model.gguf")
  }

  /// What each contributor's own statement adds up to.
  private func totals(_ sources: [DemoSource], _ client: OrchestratorClient) async throws {
    Console.out("== what each has earned, by its own statement")
    for source in sources {
      let bytes = try await client.get("/v1/contributors/\(source.pathID)/statement")
      let statement = try JSON(parsing: bytes)
      let rows = try ContributorAudit(statement).rows
      let isEqual = rows.allSatisfy { $0.state == CreditAudit.Row.equal }
      Console.out(
        "  \(source.contributor.padded(to: 28)) settled \(statement["settled_nano"]?.stringValue ?? "?"), "
          + "\(rows.count) receipts, \(isEqual ? "each line under its signed root" : "DIFFERS")")
      guard isEqual else { throw Failure("the statement of \(source.contributor) does not recompute", status: 65) }
    }
  }
}
