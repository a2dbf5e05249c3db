import Codec
import Cryptography
import Receipts

/// Records of a collection as JSON lines: objects with `text`, each a passage as a request gives it to a model. What is
/// registered of one is the SHA-256 of its text in UTF-8 (FORMAT section 2).
struct RecordFile {
  let digests: [Digest32]

  /// Errors: `Failure` that names the line.
  init(_ path: String) throws {
    var digests: [Digest32] = []
    for (at, line) in try Files.bytes(path).split(separator: 0x0A, omittingEmptySubsequences: false).enumerated()
    where !line.isEmpty {
      let wanted = "an object with a text of 1 to \(RequestedDocument.textBytesMax) bytes"
      guard let text = try? JSON(parsing: Array(line))["text"]?.stringValue,
        (1...RequestedDocument.textBytesMax).contains(text.utf8.count)
      else { throw Failure("\(path): line \(at + 1) is not \(wanted)", status: 65) }
      digests.append(SHA256.hash(Array(text.utf8)))
    }
    guard !digests.isEmpty else { throw Failure("\(path) holds no record", status: 65) }
    self.digests = digests
  }

  static func encoded(_ texts: [String]) -> [UInt8] {
    texts.flatMap { JSON.object([JSONMember("text", .string($0))]).serialized() + [0x0A] }
  }
}
