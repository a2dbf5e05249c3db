import ArgumentParser
import Credit
import Cryptography
import Foundation
import Receipts
import ServiceKit

struct CreditRarity: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rarity",
    abstract: "Make the table of how seldom words are, which a policy with span/1 names.",
    discussion: """
      Counts the words of all texts in a folder (files, and records in .jsonl), each text once, and writes what each word
      costs (FORMAT section 7). Publish the file: a policy names its digest in rarity_table, and attribution is given it
      with --rarity-table. The more of ordinary language the folder has, the less a span of common words counts.
      """)

  @Option(help: "The folder of texts; at most 64 MiB.") var collections: String
  @Option(help: "The file to write.") var out: String

  func run() async throws {
    try await Failure.report {
      let texts: SpanTexts
      do { texts = try SpanTexts(FolderFiles.read(collections, bytesMax: 64 << 20)) } catch {
        throw Failure("\(collections): \(error)", status: 65)
      }
      guard !texts.spans.isEmpty else { throw Failure("\(collections) has no texts", status: 65) }
      let table = try RarityTable(texts: texts.spans.values)
      try Files.write(table.file, to: URL(fileURLWithPath: out))
      Console.out("sha256:\(table.digest.hex)")
    }
  }
}
