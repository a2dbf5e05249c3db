public import Codec
public import Credit
public import Cryptography

/// The signed, content-addressed description of a model: weights, tokenizer, template, arithmetic, lineage.
public struct ModelManifest: Sendable, Equatable {
  public var id: String
  public var name: String
  public var architecture: String
  public var fileName: String
  public var fileDigest: Digest32
  public var fileBytes: UInt64
  /// Of most tensors, as `Q4_1`.
  public var quantization: String
  /// SHA-256 of the chat template's text.
  public var template: Digest32
  public var profile: String
  public var contextLength: Int
  public var licence: String
  public var lineage: Lineage

  public init(
    id: String, name: String, architecture: String, fileName: String, fileDigest: Digest32, fileBytes: UInt64,
    quantization: String, template: Digest32, profile: String, contextLength: Int, licence: String, lineage: Lineage
  ) {
    self.id = id
    self.name = name
    self.architecture = architecture
    self.fileName = fileName
    self.fileDigest = fileDigest
    self.fileBytes = fileBytes
    self.quantization = quantization
    self.template = template
    self.profile = profile
    self.contextLength = contextLength
    self.licence = licence
    self.lineage = lineage
  }

  public var json: JSON {
    [
      "id": .string(id), "name": .string(name), "architecture": .string(architecture),
      "weights": [
        "format": "gguf", "file": .string(fileName), "digest": .digest(fileDigest), "bytes": .decimal(fileBytes),
        "quantization": .string(quantization),
      ],
      // The tokenizer's tables stand in the same file.
      "template": .digest(template), "profile": .string(profile), "context_length": .integer(contextLength),
      "licence": .string(licence), "lineage": lineage.json,
    ]
  }

  /// `H(JCS(manifest))`: how executions and trust policies name it.
  public func digest() throws(ReceiptError) -> Digest32 { try Self.digest(of: json) }

  static func digest(of json: JSON) throws(ReceiptError) -> Digest32 {
    do { return SHA256.hash(try JCS.encode(json)) } catch { throw .encoding(what: "manifest", why: "\(error)") }
  }

  public init(_ json: JSON) throws(ReceiptError) {
    var fields = try Fields(json, "model")
    id = try fields.name("id")
    name = try fields.string("name")
    architecture = try fields.string("architecture")
    var weights = try fields.fields("weights")
    guard try weights.string("format") == "gguf" else { throw .field("model.weights.format", why: "must be gguf") }
    fileName = try weights.string("file")
    fileDigest = try weights.digest("digest")
    fileBytes = try weights.decimal("bytes")
    quantization = try weights.string("quantization")
    try weights.end()
    template = try fields.digest("template")
    profile = try fields.string("profile")
    contextLength = try fields.count("context_length")
    licence = try fields.string("licence")
    let graph = try fields.json("lineage")
    do { lineage = try Lineage(json: graph) } catch { throw .field("model.lineage", why: "\(error)") }
    try fields.end()
  }

  /// The manifest's statement: kind `model`, about its own digest.
  public func statement(issuer: String, issuedAt: Int64) throws(ReceiptError) -> Statement {
    Statement(
      kind: .model, issuer: issuer, subject: id, subjectDigest: try digest(), issuedAt: issuedAt, predicate: json)
  }
}
