internal import Codec
internal import Cryptography

/// One file with everything that an offline check needs except the verifier's own trust policy.
///
/// Its bytes are canonical JSON (RFC 8785) with no member that the format does not define, so each byte of it is either
/// signed, opened, proven or fixed.
public struct Bundle: Sendable, Equatable {
  public static let mediaType = "application/vnd.colophon.bundle+json"
  public static let bytesMax = 64 << 20

  public var receiptID: ReceiptID
  /// The size of the tree that the proof is against; later statements may exist beyond it.
  public var asOf: UInt64
  /// The statements by kind: `receipt` always, the others where they exist.
  public var statements: [StatementKind: [UInt8]]
  public var coseReceipt: [UInt8]
  public var tlogProof: [UInt8]
  /// RFC 3161 token of the text of the proof's checkpoint; nil when it has none.
  public var timestamp: [UInt8]?
  public var openings: [CommittedField: [UInt8]]
  /// What the log has by itself about this receipt's verification and credit; empty where there is nothing.
  public var registered: [StatementKind: RegisteredStatement]
  /// Verdicts that supersede the first one, each the one before it; empty where there is nothing.
  public var superseding: [RegisteredStatement]
  /// The ``EvidenceDocument`` that the execution names; nil where it names none, or it is gone.
  public var evidence: [UInt8]?

  public init(
    receiptID: ReceiptID, asOf: UInt64, statements: [StatementKind: [UInt8]], coseReceipt: [UInt8],
    tlogProof: [UInt8], timestamp: [UInt8]? = nil, openings: [CommittedField: [UInt8]],
    registered: [StatementKind: RegisteredStatement] = [:], superseding: [RegisteredStatement] = [],
    evidence: [UInt8]? = nil
  ) {
    self.evidence = evidence
    self.superseding = superseding
    self.registered = registered
    self.timestamp = timestamp
    self.receiptID = receiptID
    self.asOf = asOf
    self.statements = statements
    self.coseReceipt = coseReceipt
    self.tlogProof = tlogProof
    self.openings = openings
  }

  public func encoded() throws(ReceiptError) -> [UInt8] {
    guard let proof = String(validating: tlogProof, as: UTF8.self) else {
      throw .encoding(what: "tlog-proof", why: "is not UTF-8")
    }
    func members(_ pairs: [(String, [UInt8])]) -> JSON {
      .object(pairs.map { JSONMember($0.0, .string(Base64.encode($0.1))) })
    }
    var beside: [JSONMember] = []
    for (kind, statement) in registered { beside.append(JSONMember(kind.rawValue, try statement.json())) }
    var later: [JSON] = []
    for statement in superseding { later.append(try statement.json()) }
    let json: JSON = .members([
      ("media_type", .string(Self.mediaType)), ("receipt_id", .string(receiptID.description)),
      ("as_of", .decimal(asOf)), ("statements", members(statements.map { ($0.key.rawValue, $0.value) })),
      (
        "log",
        .members([
          ("cose_receipt", .string(Base64.encode(coseReceipt))), ("tlog_proof", .string(proof)),
          ("timestamp", timestamp.map { .string(Base64.encode($0)) }),
        ])
      ),
      ("openings", members(openings.map { ($0.key.description, $0.value) })),
      ("registered", beside.isEmpty ? nil : .object(beside)),
      ("superseding", later.isEmpty ? nil : .array(later)),
      ("evidence", evidence.map { .string(Base64.encode($0)) }), ("does_not_show", Self.doesNotShowJSON),
    ])
    do { return try JCS.encode(json) } catch { throw .encoding(what: "bundle", why: "\(error)") }
  }

  public init(_ bytes: [UInt8]) throws(ReceiptError) {
    let json: JSON
    do { json = try JCS.parse(bytes, limits: JSONLimits(byteCountMax: Self.bytesMax, depthMax: 8)) } catch {
      throw .encoding(what: "bundle", why: "\(error)")
    }
    var fields = try Fields(json, "bundle")
    guard try fields.string("media_type") == Self.mediaType else {
      throw .field("bundle.media_type", why: "is not \(Self.mediaType)")
    }
    receiptID = try fields.receiptID("receipt_id")
    asOf = try fields.decimal("as_of")
    statements = [:]
    for (name, bytes) in try Self.blobs(try fields.json("statements"), "bundle.statements") {
      guard let kind = StatementKind(rawValue: name) else { throw .unknownField("bundle.statements.\(name)") }
      statements[kind] = bytes
    }
    var log = try fields.fields("log")
    coseReceipt = try Self.base64(try log.string("cose_receipt"), "bundle.log.cose_receipt")
    tlogProof = Array(try log.string("tlog_proof").utf8)
    if let text = try log.optionalString("timestamp") {
      timestamp = try Self.base64(text, "bundle.log.timestamp")
    }
    try log.end()
    openings = [:]
    for (name, bytes) in try Self.blobs(try fields.json("openings"), "bundle.openings") {
      guard let field = CommittedField(name) else { throw .unknownField("bundle.openings.\(name)") }
      openings[field] = bytes
    }
    registered = [:]
    if let value = fields.optional("registered") { registered = try RegisteredStatement.read(value) }
    superseding = []
    if fields.has("superseding") {
      let items = try fields.array("superseding", max: Superseded.numberMax)
      guard !items.isEmpty else { throw .field("bundle.superseding", why: "must have at least one element") }
      for item in items { superseding.append(try RegisteredStatement(item, "bundle.superseding")) }
    }
    if let text = try fields.optionalString("evidence") { evidence = try Self.base64(text, "bundle.evidence") }
    guard try fields.json("does_not_show") == Self.doesNotShowJSON else {
      throw .field("bundle.does_not_show", why: "is not this format's text")
    }
    try fields.end()
  }

  private static func blobs(_ json: JSON, _ path: String) throws(ReceiptError) -> [(String, [UInt8])] {
    guard let members = json.objectValue else { throw .field(path, why: "must be an object") }
    var result: [(String, [UInt8])] = []
    for member in members {
      guard let text = member.value.stringValue else { throw .field("\(path).\(member.name)", why: "must be base64") }
      result.append((member.name, try base64(text, "\(path).\(member.name)")))
    }
    return result
  }

  private static func base64(_ text: String, _ path: String) throws(ReceiptError) -> [UInt8] {
    do { return try Base64.decode(text) } catch { throw .encoding(what: path, why: "\(error)") }
  }
}

extension Bundle {
  /// What no bundle of this version shows. It is part of the format, so that nobody can soften it.
  public static let doesNotShow = [
    "when: times in statements are their signers' claims; without a witness or a timestamp nothing bounds them",
    "that the log is not forked or rolled back: without witnesses that needs your own copy of an older checkpoint",
    "that the answer is true, good or harmless",
    "that a contribution is what its manifest declares: lineage is declared by whoever signed the manifest",
    "whether a statement registered after `as_of` supersedes one of these",
  ]

  private static var doesNotShowJSON: JSON { .array(doesNotShow.map { .string($0) }) }
}
