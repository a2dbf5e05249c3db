public import Codec
internal import Credit
public import Cryptography

/// One document's score.
public struct ScoreLine: CreditLine {
  public typealias Stated = StatedScores
  public static let name = "score"
  public static let pathMax = 8

  /// Its place in the request.
  public let document: Int
  /// Who is credited: of a document whose owner a registry says, that one.
  public let source: DocumentSource
  /// Nil where no registry was asked.
  public let owner: DocumentOwner?
  /// n! times its Shapley value, in 2^-16 nats; approximate: as many times it as permutations were drawn.
  public let score: Int128

  public var place: Int { document }

  /// `{"asset"?, "contributor", "document", "score"}`, and of an owner the other members too; the score in decimal with `-`
  /// before what is below zero.
  public var json: JSON {
    let credited = [("asset", source.asset.map { .string($0) }), ("contributor", JSON.string(source.contributor))]
    return .members(
      (owner?.members ?? credited) + [("document", .integer(document)), ("score", .string(String(score)))])
  }

  public init(document: Int, source: DocumentSource, score: Int128, owner: DocumentOwner? = nil) {
    self.document = document
    self.owner = owner
    self.source = owner.map { DocumentSource(contributor: $0.contributor, asset: $0.asset) } ?? source
    self.score = score
  }

  public init(_ json: JSON, _ path: String) throws(ReceiptError) {
    var fields = try Fields(json, path)
    document = try fields.count("document")
    if fields.has("ownership") {
      let owner = try DocumentOwner(taking: &fields)
      self.owner = owner
      source = DocumentSource(contributor: owner.contributor, asset: owner.asset)
    } else {
      owner = nil
      source = DocumentSource(
        contributor: try fields.string("contributor"), asset: try fields.optionalString("asset"))
    }
    let text = try fields.string("score")
    guard let score = Int128(text), text.hasSameBytes(as: String(score)) else {
      throw .field("\(path).score", why: "must be an integer in decimal")
    }
    self.score = score
    try fields.end()
  }
}

/// What an attribution statement says of the scores behind its shares.
public struct StatedScores: StatedLines, Sendable, Equatable {
  public var documents: Int
  /// Of the values.
  public var commitment: Digest32
  /// Of the tree of lines.
  public var root: Digest32
  /// Who owns them was found in this registry; nil where none was asked.
  public var registry: RegistrySnapshot?
  /// Of more documents than can be enumerated, and of no others.
  public var approximate: Approximation?

  public var lineCount: Int { documents }

  public init(
    documents: Int, commitment: Digest32, root: Digest32, registry: RegistrySnapshot? = nil,
    approximate: Approximation? = nil
  ) {
    self.approximate = approximate
    self.documents = documents
    self.commitment = commitment
    self.root = root
    self.registry = registry
  }

  var json: JSON {
    .members([
      ("method", .string(DocumentScores.method)), ("documents", .integer(documents)),
      ("commitment", .digest(commitment)), ("root", .digest(root)), ("registry", registry?.json),
      ("approximate", approximate?.json),
    ])
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
    registry = fields.has("registry") ? try RegistrySnapshot(try fields.fields("registry")) : nil
    approximate = fields.has("approximate") ? try Approximation(try fields.fields("approximate")) : nil
    try fields.end()
    guard (approximate != nil) == (documents > ContextShapley.exactCountMax) else {
      throw .field(
        "attribution.scores.approximate",
        why: "must stand where documents are more than \(ContextShapley.exactCountMax), and nowhere else")
    }
  }
}
