public import Codec
internal import Cryptography
internal import MerkleLog

extension TrustPolicy {
  public static let bytesMax = 1 << 20

  /// Reads `trust.json`. Errors: ``ReceiptError``, naming the member.
  public init(_ bytes: [UInt8]) throws(ReceiptError) {
    let json: JSON
    do { json = try JSON(parsing: bytes, limits: JSONLimits(byteCountMax: Self.bytesMax, depthMax: 8)) } catch {
      throw .encoding(what: "trust policy", why: "\(error)")
    }
    var fields = try Fields(json, "trust")
    let origin = try fields.string("origin")
    let logKey = try Self.vkey(try fields.string("checkpoint_vkey"), "trust.checkpoint_vkey")
    receiptLogKey = try Self.key(try fields.string("receipt_log_key"), "trust.receipt_log_key")
    var witnesses: [NoteVerifierKey] = []
    for value in try fields.array("witnesses", max: 64) {
      guard let text = value.stringValue else { throw .field("trust.witnesses", why: "must hold verifier keys") }
      witnesses.append(try Self.vkey(text, "trust.witnesses"))
    }
    let quorum = try fields.count("quorum")
    do {
      log = try CheckpointPolicy(origin: origin, logKey: logKey, witnesses: witnesses, quorum: quorum)
    } catch { throw .field("trust", why: "\(error)") }
    issuers = []
    for value in try fields.array("issuers", max: 1024) { issuers.append(try Issuer(value)) }
    var manifests = try fields.fields("manifests")
    manifestSigners = []
    for value in try manifests.array("signers", max: 1024) {
      manifestSigners.append(try Fields.digest(value, "trust.manifests.signers").bytes)
    }
    manifestDigests = try Self.digests(try manifests.array("digests", max: 4096), "trust.manifests.digests")
    try manifests.end()
    profiles = try Self.strings(try fields.array("profiles", max: 64), "trust.profiles")
    attributionPolicies = try Self.digests(
      try fields.array("attribution_policies", max: 1024), "trust.attribution_policies")
    required = []
    for value in try fields.array("required", max: 64) {
      guard let name = value.stringValue.flatMap(Check.Name.init(rawValue:)) else {
        throw .field("trust.required", why: "\(value.text) is no check: \(Check.Name.allCases.map(\.rawValue))")
      }
      required.append(name)
    }
    if let value = fields.optional("tee") { tee = try TEE(value) }
    timestampRoots = []
    if fields.has("timestamp_roots") {
      for value in try fields.array("timestamp_roots", max: 64) {
        timestampRoots.append(try Self.root(value, "trust.timestamp_roots"))
      }
    }
    try fields.end()
  }

  private static func root(_ value: JSON, _ path: String) throws(ReceiptError) -> TimestampRoot {
    do { return try TimestampRoot(der: try Base64.decode(value.stringValue ?? "")) } catch {
      throw .field(path, why: "must hold the base64 of DER certificates: \(error)")
    }
  }

  /// The file that `init(_:)` reads, for people: one member a line.
  public var json: JSON {
    .members([
      ("origin", .string(log.origin)), ("checkpoint_vkey", .string(log.logKey.description)),
      ("receipt_log_key", .string(Base64.encode(receiptLogKey.raw))),
      ("witnesses", Self.json(log.witnesses.map(\.description))), ("quorum", .integer(log.quorum)),
      ("issuers", .array(issuers.map(\.json))),
      (
        "manifests",
        [
          "signers": Self.json(manifestSigners.map { "sha256:" + Hex.encode($0) }),
          "digests": Self.json(manifestDigests.map(\.named)),
        ]
      ),
      ("profiles", Self.json(profiles)),
      ("tee", tee?.json),
      (
        "timestamp_roots",
        timestampRoots.isEmpty ? nil : Self.json(timestampRoots.map { Base64.encode($0.der) })
      ),
      ("attribution_policies", Self.json(attributionPolicies.map(\.named))),
      ("required", Self.json(required.map(\.rawValue))),
    ])
  }

  private static func json(_ strings: [String]) -> JSON { .array(strings.map { .string($0) }) }

  private static func strings(_ values: [JSON], _ path: String) throws(ReceiptError) -> [String] {
    var result: [String] = []
    for value in values {
      guard let text = value.stringValue else { throw .field(path, why: "must hold strings") }
      result.append(text)
    }
    return result
  }

  private static func vkey(_ text: String, _ path: String) throws(ReceiptError) -> NoteVerifierKey {
    do { return try NoteVerifierKey(text) } catch { throw .field(path, why: "\(error)") }
  }

  fileprivate static func key(_ text: String, _ path: String) throws(ReceiptError) -> VerifyingKey {
    do { return try VerifyingKey(raw: try Base64.decode(text)) } catch { throw .field(path, why: "\(error)") }
  }

  private static func digests(_ values: [JSON], _ path: String) throws(ReceiptError) -> [Digest32] {
    var result: [Digest32] = []
    for value in values { result.append(try Fields.digest(value, path)) }
    return result
  }
}

extension TrustPolicy.Issuer {
  fileprivate init(_ json: JSON) throws(ReceiptError) {
    var fields = try Fields(json, "trust.issuers")
    let issuer = try fields.string("iss")
    let keyID = try fields.digest("kid")
    guard try fields.string("alg") == "EdDSA" else { throw .field("trust.issuers.alg", why: "must be EdDSA") }
    let key = try TrustPolicy.key(try fields.string("key"), "trust.issuers.key")
    var kinds: Set<StatementKind> = []
    for value in try fields.array("kinds", max: 32) {
      guard let kind = value.stringValue.flatMap(StatementKind.init(rawValue:)) else {
        throw .field("trust.issuers.kinds", why: "\(value.text) is no kind of statement")
      }
      kinds.insert(kind)
    }
    let from = try fields.decimal("from_index")
    let to = fields.optional("to_index")
    guard to == nil || to?.decimalValue != nil else {
      throw .field("trust.issuers.to_index", why: "must be a decimal string")
    }
    try fields.end()
    guard from <= to?.decimalValue ?? .max else { throw .field("trust.issuers", why: "has from_index above to_index") }
    self.init(issuer: issuer, key: key, kinds: kinds, fromIndex: from, toIndex: to?.decimalValue)
    guard self.keyID == keyID.bytes else { throw .field("trust.issuers.kid", why: "is not the key's thumbprint") }
  }

  fileprivate var json: JSON {
    .members([
      ("iss", .string(issuer)), ("kid", .string("sha256:" + Hex.encode(keyID))), ("alg", "EdDSA"),
      ("key", .string(Base64.encode(key.raw))),
      ("kinds", .array(kinds.map(\.rawValue).sorted().map { .string($0) })), ("from_index", .decimal(fromIndex)),
      ("to_index", toIndex.map { .decimal($0) }),
    ])
  }
}
