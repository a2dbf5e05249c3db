internal import Codec
internal import Credit
public import Cryptography

/// The texts of a file of a collection, each registered by the SHA-256 of its UTF-8 (FORMAT section 2).
public enum CollectionTexts {
  /// Of a file whose name ends in `.jsonl` each line's `text`, of any other the whole. Errors name the line.
  public static func read(_ name: String, _ bytes: [UInt8]) throws(ReceiptError) -> [String] {
    if name.hasSuffix(".jsonl") { return try records(bytes, name) }
    guard let text = String(validating: bytes, as: UTF8.self), !text.isEmpty else {
      throw .field(name, why: "is empty, or no text in UTF-8")
    }
    return [text]
  }

  /// What near copies are looked for in: the tokens of all texts of some files, by the SHA-256 of each text.
  public static func tokens(_ files: [(name: String, bytes: [UInt8])]) throws(ReceiptError) -> [Digest32: [UInt32]] {
    var tokens: [Digest32: [UInt32]] = [:]
    for file in files {
      for text in try read(file.name, file.bytes) {
        tokens[SHA256.hash(Array(text.utf8))] = NearTexts.tokens(text)
      }
    }
    return tokens
  }

  /// Records as JSON lines: objects with `text`, each a passage as a request gives it to a model.
  public static func records(_ bytes: [UInt8], _ name: String) throws(ReceiptError) -> [String] {
    var texts: [String] = []
    for (at, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated()
    where !line.isEmpty {
      guard let text = try? JSON(parsing: Array(line))["text"]?.stringValue,
        (1...RequestedDocument.textBytesMax).contains(text.utf8.count)
      else {
        throw .field(
          "\(name): line \(at + 1)",
          why: "is not an object with a text of 1 to \(RequestedDocument.textBytesMax) bytes")
      }
      texts.append(text)
    }
    guard !texts.isEmpty else { throw .field(name, why: "holds no record") }
    return texts
  }
}
