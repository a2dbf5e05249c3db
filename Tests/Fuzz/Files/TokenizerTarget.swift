import FuzzKit

@testable import Exact

extension FuzzTarget {
  /// The vocabulary in a GGUF file's metadata, and with it the file's last bytes as a text.
  static let tokenizer = FuzzTarget(name: "tokenizer", mutate: GGUFMutation.mutate) { bytes in
    guard let header = try? GGUFHeader(parsing: bytes), let vocabulary = try? Vocabulary(metadata: header.metadata)
    else { return false }
    precondition((1...Vocabulary.maximumTokenCount).contains(vocabulary.count))
    let tokenizer = Tokenizer(vocabulary: vocabulary)
    let text = Array(bytes.suffix(96))
    for special in [false, true] {
      guard let tokens = try? tokenizer.encode(text, parseSpecial: special) else { continue }
      precondition(tokens.allSatisfy { $0 < vocabulary.count })
      var decoder = StreamingDecoder(tokenizer)
      var streamed = ""
      for token in tokens {
        guard let piece = try? decoder.push(token) else { preconditionFailure("a token of its own is not decoded") }
        streamed += piece
      }
      streamed += decoder.finish()
    }
    _ = try? tokenizer.decode([0, UInt32(vocabulary.count), .max])
    return true
  }
}
