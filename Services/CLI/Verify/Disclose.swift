import ArgumentParser
import Codec
import Foundation
import Receipts

struct Disclose: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a bundle that shows some messages of a prompt and hides the rest.",
    discussion: """
      Whoever gets it can check that these words stood in that place of the prompt of this receipt. The answer and every
      other message stay hidden, but for how many messages and tokens there are and how long each is. Name no message to
      hand on the receipt alone.
        colophon disclose answer.bundle.json --message 0 --output shown.bundle.json
        colophon verify shown.bundle.json --trust trust.json

      A trust policy that requires the check "content" refuses such a bundle, for that asks for all of it.
      """)

  @Argument(help: "A bundle with its openings, as colophon ask --bundle gave it.") var bundle: String
  @Option(parsing: .singleValue, help: "A message of the prompt to show, from 0; may be given again.")
  var message: [Int] = []
  @Option(help: "The file to write; it must not exist.") var output: String

  func run() async throws {
    try await Failure.report {
      guard !FileManager.default.fileExists(atPath: output) else {
        throw Failure("\(output) is there already", status: 73)
      }
      let whole: Receipts.Bundle
      let shown: Receipts.Bundle
      do {
        whole = try Receipts.Bundle(try Files.bytes(bundle))
        shown = try whole.disclosing(messages: Set(message))
      } catch let error as ReceiptError { throw Failure("\(bundle): \(error)", status: 65) }
      try Files.write(try shown.encoded(), to: URL(filePath: output))
      Console.out("\(output): shows \(shown.openings.count) of \(whole.openings.count) openings of \(shown.receiptID)")
    }
  }
}
