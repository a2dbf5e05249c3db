import Codec
import Cryptography
import Receipts

/// Records of a collection as JSON lines.
struct RecordFile {
  let digests: [Digest32]

  /// Errors: `Failure` that names the line.
  init(_ path: String) throws {
    do {
      digests = try CollectionTexts.records(try Files.bytes(path), path).map { SHA256.hash(Array($0.utf8)) }
    } catch let error as ReceiptError { throw Failure("\(error)", status: 65) }
  }

  static func encoded(_ texts: [String]) -> [UInt8] {
    texts.flatMap { JSON.object([JSONMember("text", .string($0))]).serialized() + [0x0A] }
  }
}
