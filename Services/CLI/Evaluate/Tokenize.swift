import ArgumentParser
import Codec
import Exact

struct Tokenize: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Turn text into token ids, a JSON line each.",
    discussion: """
      Reads {"text": "...", "parse_special": true} lines, writes {"tokens": [...]} lines. With parse_special, the likes of
      <|im_start|> in the text become special tokens. What the vocabulary cannot spell is an {"error"} line.
        echo '{"text":"Hello","parse_special":false}' | colophon tokenize --model smollm2
      """)

  @Option(help: "The model's id.") var model: String
  @OptionGroup var data: DataOption

  func run() async throws {
    try await Failure.report {
      let file = try GGUFFile.open(path: try ModelFolder(data: data, id: model).existingWeights())
      let tokenizer = Tokenizer(vocabulary: try Vocabulary(metadata: file.metadata))
      try JSONLines.answer { line in
        guard let text = line["text"]?.stringValue else { throw Failure("text must be a string") }
        let special = line["parse_special"]?.boolValue ?? false
        let tokens = try tokenizer.encode(Array(text.utf8), parseSpecial: special)
        return ["tokens": .array(tokens.map { .integer($0) })]
      }
    }
  }
}
