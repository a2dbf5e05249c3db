public import Codec
public import Cryptography
internal import MerkleLog

/// One document's score: a leaf of the tree whose root an attribution statement has.
public struct ScoreLine: Sendable, Equatable {
  /// Its place in the request.
  public let document: Int
  public let source: DocumentSource
  /// n! times its Shapley value, in 2^-16 nats.
  public let score: Int128

  /// `{"asset"?, "contributor", "document", "score"}`, the score in decimal with `-` before what is below zero.
  public var json: JSON {
    .members([
      ("asset", source.asset.map { .string($0) }), ("contributor", .string(source.contributor)),
      ("document", .integer(document)), ("score", .string(String(score))),
    ])
  }

  public init(document: Int, source: DocumentSource, score: Int128) {
    self.document = document
    self.source = source
    self.score = score
  }

  init(_ fields: consuming Fields) throws(ReceiptError) {
    document = try fields.count("document")
    source = DocumentSource(contributor: try fields.string("contributor"), asset: try fields.optionalString("asset"))
    let text = try fields.string("score")
    guard let score = Int128(text), text.hasSameBytes(as: String(score)) else {
      throw .field("line.score", why: "must be an integer in decimal")
    }
    self.score = score
    try fields.end()
  }

  func leaf(salt: [UInt8]) throws(ReceiptError) -> Digest32 {
    do { return TreeHash.leaf(salt + (try JCS.encode(json))) } catch {
      throw .encoding(what: "score line", why: "\(error)")
    }
  }
}

/// What an attribution statement says of the scores behind its shares.
public struct StatedScores: Sendable, Equatable {
  public var documents: Int
  /// Of the values.
  public var commitment: Digest32
  /// Of the tree of lines.
  public var root: Digest32

  public init(documents: Int, commitment: Digest32, root: Digest32) {
    self.documents = documents
    self.commitment = commitment
    self.root = root
  }

  var json: JSON {
    [
      "method": .string(DocumentScores.method), "documents": .integer(documents), "commitment": .digest(commitment),
      "root": .digest(root),
    ]
  }

  init(_ fields: consuming Fields) throws(ReceiptError) {
    guard try fields.string("method").hasSameBytes(as: DocumentScores.method) else {
      throw .field("attribution.scores.method", why: "must be \(DocumentScores.method)")
    }
    documents = try fields.count("documents")
    guard (1...RequestedDocument.countMax).contains(documents) else {
      throw .field("attribution.scores.documents", why: "must be 1 to \(RequestedDocument.countMax)")
    }
    commitment = try fields.digest("commitment")
    root = try fields.digest("root")
    try fields.end()
  }
}
