public import Codec
public import Credit
public import Cryptography

/// What attribution signs: how the price of one execution is shared, and by which policy. The shares recompute offline
/// from the policy, the manifest's lineage, the operator, the price and the opened scores.
public struct AttributionPredicate: Sendable, Equatable {
  public var receiptID: ReceiptID
  /// Digest of the policy statement.
  public var policy: Digest32
  public var manifest: Digest32
  /// The contributor that brought the machines.
  public var operatorID: String
  public var priceNano: UInt64
  public var shares: [Share]
  /// Of the documents in the prompt; nil where there are none, or they were not scored.
  public var scores: StatedScores?
  /// Of the answer; nil where the policy does not ask for them, or they were not found in time.
  public var spans: StatedSpans?
  /// Likewise of the answer.
  public var nearest: StatedNearest?

  public init(
    receiptID: ReceiptID, policy: Digest32, manifest: Digest32, operatorID: String, priceNano: UInt64, shares: [Share],
    scores: StatedScores? = nil, spans: StatedSpans? = nil, nearest: StatedNearest? = nil
  ) {
    self.receiptID = receiptID
    self.policy = policy
    self.manifest = manifest
    self.operatorID = operatorID
    self.priceNano = priceNano
    self.shares = shares
    self.scores = scores
    self.spans = spans
    self.nearest = nearest
  }

  public var json: JSON {
    .members([
      ("receipt_id", .string(receiptID.description)), ("policy", .digest(policy)), ("manifest", .digest(manifest)),
      ("operator", .string(operatorID)), ("price_nano", .decimal(priceNano)), ("shares", Share.json(shares)),
      ("scores", scores?.json), ("spans", spans?.json), ("nearest", nearest?.json),
    ])
  }

  public init(_ json: JSON) throws(ReceiptError) {
    var fields = try Fields(json, "attribution")
    receiptID = try fields.receiptID("receipt_id")
    policy = try fields.digest("policy")
    manifest = try fields.digest("manifest")
    operatorID = try fields.string("operator")
    priceNano = try fields.decimal("price_nano")
    let list = try fields.json("shares")
    do { shares = try Share.list(json: list) } catch { throw .field("attribution.shares", why: "\(error)") }
    scores = fields.has("scores") ? try StatedScores(try fields.fields("scores")) : nil
    spans = fields.has("spans") ? try StatedSpans(try fields.fields("spans")) : nil
    nearest = fields.has("nearest") ? try StatedNearest(try fields.fields("nearest")) : nil
    try fields.end()
  }
}
