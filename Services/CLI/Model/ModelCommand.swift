import ArgumentParser
import Codec
import Foundation
import Receipts

struct ModelCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model", abstract: "Add, list and show the models that the suite serves.",
    subcommands: [Add.self, List.self, Show.self])

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Put a model into the suite and sign its manifest.",
      discussion: """
        Known by name: smollm2 (SmolLM2-135M-Instruct Q4_1, 94 MiB), downloaded and checked against a pinned SHA-256.
        Any other id needs --model FILE, a GGUF of architecture llama:
          colophon model add my-model --model my.gguf --licence apache-2.0 --lineage lineage.json
        """)

    @Argument(help: "The model's id: how requests name it.")
    var id: String

    @Option(help: "A local GGUF file, instead of a download. It is linked, not copied.")
    var model: String?

    @Option(help: "The licence that the manifest states.")
    var licence: String?

    @Option(help: "JSON file with the lineage that the manifest declares; without it all credit is unattributed.")
    var lineage: String?

    @OptionGroup var data: DataOption

    func run() async throws {
      let manifest = try await Failure.report {
        try await ModelFolder(data: data, id: id).add(file: model, licence: licence, lineageFile: lineage)
      }
      Console.out("\(id): \(manifest.name), \(manifest.quantization), manifest \(try manifest.digest().named)")
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the models of this data folder.")
    @OptionGroup var data: DataOption

    func run() async throws {
      let ids = (try? FileManager.default.contentsOfDirectory(atPath: data.models.path)) ?? []
      if ids.isEmpty { Console.error("no models under \(data.models.path): colophon model add smollm2") }
      for id in ids.sorted() {
        try await Failure.report {
          let manifest = try ModelFolder(data: data, id: id).manifest()
          Console.out("\(id.padded(to: 20)) \(manifest.quantization.padded(to: 6)) \(try manifest.digest().named)")
        }
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Print a model's manifest as JSON.")
    @Argument(help: "The model's id.") var id: String
    @OptionGroup var data: DataOption

    func run() async throws {
      try await Failure.report { Console.out(try ModelFolder(data: data, id: id).manifest().json.text) }
    }
  }
}
