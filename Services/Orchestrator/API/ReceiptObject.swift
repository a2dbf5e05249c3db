internal import Codec
internal import Credit
internal import Cryptography
internal import Receipts
internal import Stores

extension OutboxRow {
  /// The `receipt` of an answer. What is not there yet (with `receipts: best_effort`) is null.
  func receiptObject(origin: String?, treeSize: UInt64?, credit: CreditObject?) -> JSON {
    let log: JSON? = index.map { index in
      [
        "origin": origin.map { .string($0) } ?? .null, "index": .decimal(index),
        "tree_size": treeSize.map { .decimal($0) } ?? .null,
      ]
    }
    let json: JSON = [
      "id": .string(receiptID.description), "object": "receipt", "url": .string(path),
      "bundle_url": .string(path + "/bundle"),
      "statement_digest": statements[.receipt].map { .string(SHA256.hash($0).named) } ?? .null, "log": log ?? .null,
      "outcome": outcome.map { .string($0.rawValue) } ?? .null,
    ]
    guard var members = json.objectValue else { return json }
    if isAttributionPending { members.append(Self.attributionPending) }
    if let credit { members.append(JSONMember("credit", credit.json(self))) }
    return .object(members)
  }

  static let attributionPending = JSONMember("attribution", "pending")

  private var path: String { "/v1/receipts/\(receiptID)" }

  /// What `GET /v1/receipts/{id}` shows: nothing of the content.
  func view(origin: String?, credit: CreditOfReceipt?) -> JSON {
    let digests = statements.sorted { $0.key.rawValue < $1.key.rawValue }
      .map { JSONMember($0.key.rawValue, .string(SHA256.hash($0.value).named)) }
    let json: JSON = [
      "id": .string(receiptID.description), "object": "receipt", "completion_id": .string(completionID),
      "state": .string(state.rawValue), "outcome": outcome.map { .string($0.rawValue) } ?? .null,
      "error": errorCode.map { ["code": .string($0)] } ?? .null, "sequence": .decimal(sequence),
      "kid": .string("sha256:" + Hex.encode(keyID)), "accepted_unix_ms": .decimal(acceptedUnixMs),
      "streamed": .bool(isStreamed), "price_nano": .decimal(priceNano), "request": .string(request.named),
      "statements": .object(digests),
      "log": index.map { ["origin": origin.map { .string($0) } ?? .null, "index": .decimal($0)] } ?? .null,
      "shares": Self.shares(credit?.attribution), "bundle_url": .string(path + "/bundle"),
    ]
    guard isAttributionPending, let members = json.objectValue else { return json }
    let later = credit.map { JSONMember("attribution", .string(SHA256.hash($0.attribution).named)) }
    return .object(members + [later ?? Self.attributionPending])
  }

  var shares: JSON { Self.shares(statements[.attribution]) }

  static func shares(_ attribution: [UInt8]?) -> JSON {
    guard let bytes = attribution, let signed = try? SignedStatement(bytes),
      let attribution = try? AttributionPredicate(signed.statement.predicate)
    else { return [] }
    return .array(attribution.shares.map(\.json))
  }
}
