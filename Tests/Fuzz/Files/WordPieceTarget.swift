import CFuzzer
import FuzzKit
import Glibc

@testable import Exact

extension FuzzTarget {
  /// `tokenizer.json` of an embedding model, and with it the file's own last bytes as a text.
  static let wordpiece = FuzzTarget(name: "wordpiece", mutate: nil) { bytes in
    // A file without a name, which the reader opens by the path that the system gives it.
    let descriptor = fuzz_memory_file()
    precondition(descriptor >= 0 && write(descriptor, bytes.baseAddress, bytes.count) == bytes.count)
    defer { close(descriptor) }
    guard let file = try? ConfigFile(folder: "/proc/self/fd", name: "\(descriptor)"),
      let tokenizer = try? WordPieceTokenizer(file)
    else { return false }
    let text = String(decoding: bytes.suffix(96), as: UTF8.self)
    guard let tokens = try? tokenizer.encode(text, index: 0, limit: 64, truncates: true) else { return true }
    precondition((2...64).contains(tokens.count) && tokens.allSatisfy { $0 < tokenizer.vocabularyCount })
    return true
  }
}
