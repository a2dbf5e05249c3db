internal import Credit
internal import Cryptography
internal import Receipts

/// An attribution that can be posted, as far as it can be told without the ledger.
struct LedgerPost: Sendable {
  let input: AttributionInput
  let signed: SignedStatement
  let owner: String
  /// Digest of the policy statement that it names.
  let policy: Digest32
  let postings: [Posting]

  private var entry: LedgerEntry {
    let id = input.receiptID.description
    return LedgerEntry(
      number: 0, key: LedgerEntry.key(.pending, id), unixMs: input.receiptID.unixMs, event: .pending,
      origin: LedgerEntry.Origin(
        receiptID: id, execution: input.execution, model: input.model, policy: policy, attribution: signed.digest),
      postings: postings)
  }

  /// Posts all that are new, in order, and says of each what is kept for it or why nothing is. A refusal is found before
  /// anything is written, so that it undoes nothing of the others.
  static func write(
    _ db: any RowTransaction, _ posts: [LedgerPost]
  ) throws -> [Result<KeptAttribution, any Error>] {
    let known = try LedgerStore.kept(db, posts.map(\.input))
    let policies = try policies(db, zip(posts, known).filter { $1 == nil }.map(\.0.policy))
    var next = try NextEntries(db, for: zip(posts, known).filter { $1 == nil }.map(\.0.postings))
    var fresh: [ReceiptID: (post: LedgerPost, kept: KeptAttribution)] = [:]
    var order: [LedgerPost] = []
    let answers = zip(posts, known).map { post, known -> Result<KeptAttribution, any Error> in
      if let known { return known.mapError { $0 as any Error } }
      if let (first, kept) = fresh[post.input.receiptID] {
        return Result<KeptAttribution, LedgerError>.kept(kept, first.input, post.input).mapError { $0 as any Error }
      }
      return Result {
        guard let policy = policies[post.policy] else { throw LedgerError.unknownPolicy(post.policy) }
        _ = try next.add(post.entry)
        let kept = KeptAttribution(statement: post.signed.bytes, policyStatement: policy)
        fresh[post.input.receiptID] = (post, kept)
        order.append(post)
        return kept
      }
    }
    try db.batch(
      """
      INSERT INTO attribution (receipt_id, execution, model, price_nano, owner, policy, statement)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """,
      order.map {
        [
          $0.input.receiptID.description, $0.input.execution, $0.input.model, Int64($0.input.priceNano), $0.owner,
          $0.policy, $0.signed.bytes,
        ]
      })
    try next.write(db)
    return answers
  }

  /// The policy statements that are kept, by their digests.
  private static func policies(_ db: any RowTransaction, _ digests: [Digest32]) throws -> [Digest32: [UInt8]] {
    let asked = Array(Set(digests))
    let found = try db.batch("SELECT statement FROM policy WHERE digest = ?", asked.map { [$0] })
    var policies: [Digest32: [UInt8]] = [:]
    for (digest, result) in zip(asked, found) { policies[digest] = try result.rows.first?.first() }
    return policies
  }
}
