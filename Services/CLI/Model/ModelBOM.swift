import ArgumentParser
import Codec
import Foundation
import Receipts

struct ModelBOM: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bom", abstract: "Write a model's bill of materials (CycloneDX 1.6 ML-BOM).",
    discussion: """
      From the signed manifest: the weights' digest, the architecture, the licence, and every asset of the lineage with whom it
      is declared to come from. The digest of the manifest is the model's version, so that a receipt leads to it.
      """)

  @Argument(help: "The model's id.") var id: String
  @Option(help: "The file to write; by default standard output.") var output: String?
  @OptionGroup var data: DataOption

  func run() async throws {
    try await Failure.report {
      let text = try ModelFolder(data: data, id: id).manifest().cyclonedx().text + "\n"
      guard let output else { return Console.out(text, terminator: "") }
      try Files.write(Array(text.utf8), to: URL(fileURLWithPath: output))
    }
  }
}
