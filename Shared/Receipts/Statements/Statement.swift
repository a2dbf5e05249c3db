public import Codec
internal import Credit
public import Cryptography

/// An in-toto Statement v1 with the claims of its envelope: what one service says about one subject.
public struct Statement: Sendable, Equatable {
  public static let type = "https://in-toto.io/Statement/v1"
  public static let contentType = "application/vnd.in-toto+json"

  public let kind: StatementKind
  /// The operator's URI: claim `iss`.
  public let issuer: String
  /// What the statement is about: claim `sub` and the name of `subject[0]`.
  public let subject: String
  public let subjectDigest: Digest32
  /// Claim `iat`, seconds since 1970.
  public let issuedAt: Int64
  public let predicate: JSON

  public init(
    kind: StatementKind, issuer: String, subject: String, subjectDigest: Digest32, issuedAt: Int64, predicate: JSON
  ) {
    self.kind = kind
    self.issuer = issuer
    self.subject = subject
    self.subjectDigest = subjectDigest
    self.issuedAt = issuedAt
    self.predicate = predicate
  }

  /// The signed payload: RFC 8785 canonical JSON.
  public func payload() throws(ReceiptError) -> [UInt8] {
    let json: JSON = [
      "_type": .string(Self.type),
      "subject": [["name": .string(subject), "digest": ["sha256": .string(subjectDigest.hex)]]],
      "predicateType": .string(kind.predicateType),
      "predicate": predicate,
    ]
    do { return try JCS.encode(json) } catch { throw .encoding(what: "\(kind) payload", why: "\(error)") }
  }

  /// Refuses a predicate that is not one of its kind.
  func checkPredicate() throws(ReceiptError) {
    switch kind {
    case .execution: _ = try ExecutionPredicate(predicate)
    case .custody: _ = try CustodyPredicate(predicate)
    case .attribution: _ = try AttributionPredicate(predicate)
    case .verdict: _ = try VerdictPredicate(predicate)
    case .receipt: _ = try ReceiptPredicate(predicate)
    case .model: _ = try ModelManifest(predicate)
    case .policy: do { _ = try AttributionPolicy(json: predicate) } catch { throw .field("policy", why: "\(error)") }
    case .epoch: _ = try EpochPredicate(predicate)
    case .key: _ = try KeyPredicate(predicate)
    case .contribution:
      do { _ = try Contribution(json: predicate) } catch { throw .field("contribution", why: "\(error)") }
    case .draw: _ = try DrawPredicate(predicate)
    case .reveal: _ = try RevealPredicate(predicate)
    case .tombstone: break
    }
  }

  /// Reads a payload and the claims beside it. Errors: ``ReceiptError``.
  init(payload: [UInt8], claims: CWTClaims) throws(ReceiptError) {
    let json: JSON
    do { json = try JCS.parse(payload, limits: JSONLimits(byteCountMax: 1 << 20, depthMax: 32)) } catch {
      throw .encoding(what: "payload", why: "\(error)")
    }
    var fields = try Fields(json, "statement")
    guard try fields.string("_type") == Self.type else { throw .field("statement._type", why: "is not \(Self.type)") }
    let type = try fields.string("predicateType")
    guard let kind = StatementKind(predicateType: type) else {
      throw .field("statement.predicateType", why: "\"\(type)\" is not one of this suite's")
    }
    let subjects = try fields.array("subject", max: 1)
    guard let only = subjects.first else { throw .field("statement.subject", why: "must have one element") }
    var first = try Fields(only, "statement.subject[0]")
    let name = try first.name("name")
    var digests = try first.fields("digest")
    let hex = try digests.string("sha256")
    guard let digest = try? Digest32(hex: hex) else { throw .field("subject[0].digest.sha256", why: "is no digest") }
    try digests.end()
    try first.end()
    let predicate = try fields.json("predicate")
    try fields.end()
    guard let issuer = claims.issuer, let subject = claims.subject, let issuedAt = claims.issuedAt, claims.other.isEmpty
    else { throw .field("claims", why: "must be iss, sub and iat, and nothing else") }
    guard subject.hasSameBytes(as: name) else { throw .field("subject[0].name", why: "differs from claim sub") }
    guard (1...1024).contains(issuer.utf8.count) else { throw .field("claim iss", why: "must have 1 to 1024 bytes") }
    guard issuedAt >= 0 else { throw .field("claim iat", why: "is before 1970") }
    self.init(
      kind: kind, issuer: issuer, subject: subject, subjectDigest: digest, issuedAt: issuedAt, predicate: predicate)
  }
}
