import ArgumentParser
import Foundation

struct DemoPassages: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "passages",
    abstract: "Write the passages of some documentation as collections, in which spans of answers are looked for.",
    discussion: """
      One file of records for each folder in FOLDER, for attribution's --collections and for colophon credit rarity. They
      are the passages that colophon demo credit registers and shows.
      """)

  @Argument(help: "A folder with one folder of HTML or text files for each contributor.") var folder: String
  @Option(help: "The folder to write to.") var out: String

  func run() async throws {
    try await Failure.report {
      let place = URL(fileURLWithPath: out, isDirectory: true)
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      for source in try DemoSource.all(in: URL(fileURLWithPath: folder, isDirectory: true)) {
        let texts = try source.passages().map(\.text)
        try Files.write(RecordFile.encoded(texts), to: place.appending(path: "\(source.name).jsonl"))
        Console.out("\(source.contributor.padded(to: 28)) \(texts.count) passages of \(source.files.count) files")
      }
    }
  }
}
