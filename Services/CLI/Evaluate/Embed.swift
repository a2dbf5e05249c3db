import ArgumentParser
import Codec
import Exact
import Foundation
import Receipts

struct Embed: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Turn texts into vectors of length one, as JSON.",
    discussion: """
      Prints {"model", "identity", "dimension", "data": [{"index", "tokens", "embedding"}]}. The inner product of two
      vectors says how near their texts are in meaning. "identity" names the files that were evaluated; the same files
      and text give the same bits everywhere.
        colophon model add minilm && colophon embed --model minilm "A cat sat." "A feline rested."
      """)

  @Option(help: "A folder with model.safetensors and its five JSON files, or the id of an encoder that was added.")
  var model: String
  @Flag(help: "Cut texts that are longer than the model takes, instead of refusing them.")
  var truncate = false
  @Option(help: "Threads; the bits do not depend on them.")
  var threads: Int = ProcessInfo.processInfo.activeProcessorCount
  @Option(help: "Kernel form: \(KernelChoice.names); the bits do not depend on it.")
  var kernel: String = "automatic"
  @OptionGroup var data: DataOption
  @Argument(help: "The texts.") var texts: [String]

  func run() async throws {
    try await Failure.report {
      guard let choice = KernelChoice(rawValue: kernel) else {
        throw Failure("--kernel \(kernel) is unknown", status: 64)
      }
      let loaded = try EncoderFolder(naming: model, data: data).load(kernel: choice, threads: threads)
      do {
        var tokens: [[UInt32]] = []
        for (index, text) in texts.enumerated() {
          tokens.append(try loaded.tokenize(text, truncates: truncate, index: index))
        }
        let vectors = try loaded.embed(tokens: tokens, pool: ThreadPool(threads: threads))
        let rows = zip(tokens, vectors).enumerated().map { index, row -> JSON in
          [
            "index": .integer(index), "tokens": .integer(row.0.count),
            "embedding": .array(row.1.map { .number("\($0)") }),
          ]
        }
        let answer: JSON = [
          "model": .string(model), "identity": .string(loaded.identity.named), "dimension": .integer(loaded.dimension),
          "data": .array(rows),
        ]
        Console.out(answer.text)
      } catch let error as EmbeddingError { throw Failure("\(error)", status: 65) }
    }
  }
}
