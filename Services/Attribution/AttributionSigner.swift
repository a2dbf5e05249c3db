internal import Codec
internal import Credit
internal import Cryptography
internal import Receipts
internal import Stores

/// The service's key with the policy it applies, which it signed once.
struct AttributionSigner: Sendable {
  let issuer: String
  let key: SigningKey
  let policy: AttributionPolicy
  let policyStatement: SignedStatement
  private let now: @Sendable () -> Int64

  init(
    policy: AttributionPolicy, issuer: String, key: SigningKey, ledger: LedgerStore,
    now: @escaping @Sendable () -> Int64
  ) async throws {
    self.issuer = issuer
    self.key = key
    self.policy = policy
    self.now = now
    let content = SHA256.hash(try JCS.encode(policy.json))
    let signed = try SignedStatement(
      signing: Statement(
        kind: .policy, issuer: issuer, subject: policy.id, subjectDigest: content, issuedAt: now(),
        predicate: policy.json),
      with: key)
    // At every start but the first of a policy, what was signed before is what counts.
    policyStatement = try await ledger.keep(policy: signed)
  }

  /// The shares of one execution under this policy, signed.
  ///
  /// Errors: `CreditError` for a price or an issuer that cannot be shared, `ReceiptError` for shares that no statement
  /// holds.
  /// - Parameters:
  ///   - scores: of the documents in its prompt; nil where there are none, or they were not scored, and then what the policy
  ///     gives them is `unattributed`.
  ///   - spans: of its answer; nil where they were not looked for, and then what the policy gives for them is `unattributed`.
  ///   - nearest: likewise of the records near to its answer.
  ///   - subject: the execution, or the receipt of a later attribution.
  func sign(
    _ execution: ExecutedRequest, priceNano: UInt64, scores: DocumentScores? = nil, spans: AnswerSpans? = nil,
    nearest: AnswerNearest? = nil, about subject: Digest32
  ) throws -> SignedStatement {
    try policy.requireEffective(unixMs: execution.receiptID.unixMs)
    let shares = try computeShares(
      policy: policy, lineage: execution.manifest.lineage, operator: execution.operatorID, price: priceNano,
      usage: execution.usage,
      scores: CreditScores.weights(scores, spans, nearest))
    let predicate = AttributionPredicate(
      receiptID: execution.receiptID, policy: policyStatement.digest, manifest: execution.manifestDigest,
      operatorID: execution.operatorID, priceNano: priceNano, shares: shares,
      scores: scores?.stated, spans: spans?.stated, nearest: nearest?.stated)
    return try SignedStatement(
      signing: Statement(
        kind: .attribution, issuer: issuer, subject: execution.receiptID.description, subjectDigest: subject,
        issuedAt: now(), predicate: predicate.json),
      with: key)
  }
}
