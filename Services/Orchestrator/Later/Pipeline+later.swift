internal import Cryptography
internal import Logging
internal import Receipts
internal import Stores
internal import Wire

/// The way of an attribution that comes after its receipt (FORMAT section 3), one function a step, as the pipeline's own steps:
/// each makes what its step lacks durable before it goes on, and every call may be made again.
extension Pipeline {
  /// One step. The row that it returns is the one in the outbox.
  func advance(_ later: LaterAttribution, _ row: OutboxRow) async throws -> LaterAttribution {
    switch later.step {
    case .waiting: try await find(later, row)
    case .scored: try await attribute(later, row)
    case .attributed: try await keep(later, row)
    case .kept: try await register(later)
    case .registered: try await settle(later, row)
    case .settled: later
    }
  }

  func save(_ later: LaterAttribution, from old: LaterAttribution.Step) async throws -> LaterAttribution {
    try await outbox.save(later, from: old)
    return later
  }

  /// It goes on with what was found, or without what attribution does not take: what the policy gives for the rest is
  /// `unattributed`.
  func goOn(_ later: LaterAttribution) async throws -> LaterAttribution {
    var next = later
    next.found = []
    if later.step == .scored { next.removeOpenings() }
    next.step = .scored
    return try await save(next, from: later.step)
  }

  /// Attribution shares the price, about the receipt, and posts the shares as pending.
  private func attribute(_ later: LaterAttribution, _ row: OutboxRow) async throws -> LaterAttribution {
    var later = later
    guard let index = row.index else { throw PipelineError.incomplete(.index) }
    let receipt = try row.statement(.receipt, else: .receipt)
    let scores = try await documentScores(of: row, later)
    let reveal = scores?.sample == nil ? [] : try await self.reveal(of: row)
    let spans = try await answerSpans(of: row, later)
    let nearest = try await answerNearest(of: row, later)
    let answer = try await peers.attribute(
      AttributeRequest(
        receiptID: row.receiptID.description, executionStatement: try row.statement(.execution, else: .execution),
        modelStatement: try row.statement(.model, else: .model), priceNano: row.priceNano,
        documents: scores.map(Self.documents) ?? [], scores: scores?.opening.blob ?? [],
        content: spans == nil && nearest == nil ? [] : try await opening(.content, of: row),
        spans: spans?.opening.blob ?? [], nearest: nearest?.opening.blob ?? [],
        receiptStatement: receipt, receiptIndex: index, revealStatement: reveal),
      nil)
    try check(answer, of: row, subject: SHA256.hash(receipt), scores, spans, nearest)
    (later.attribution, later.policy) = (answer.attributionStatement, answer.policyStatement)
    later.step = .attributed
    return try await save(later, from: .scored)
  }

  /// Storage keeps the openings that were found after the receipt, and signs custody of them, about the receipt.
  private func keep(_ later: LaterAttribution, _ row: OutboxRow) async throws -> LaterAttribution {
    var later = later
    let blobs = later.openings.sorted { $0.key < $1.key }.map(\.value)
    if !blobs.isEmpty {
      let receipt = SHA256.hash(try row.statement(.receipt, else: .receipt))
      let answer = try await peers.keep(
        KeepRequest(
          receiptID: row.receiptID.description, subjectDigest: receipt.bytes,
          blobs: blobs.map { WireBlob(retention: .opening, data: $0) }),
        nil)
      let custody = try checked(answer.custodyStatement, .custody, of: row, subject: receipt)
      let kept = try CustodyPredicate(custody.statement.predicate).blobs.map(\.name)
      guard Set(kept) == Set(later.openingNames.values), kept.count == blobs.count else {
        throw PipelineError.statement(.custody, why: "is not of the openings that were given")
      }
      later.custody = answer.custodyStatement
    }
    later.forgetBlobs()
    later.step = .kept
    return try await save(later, from: .attributed)
  }

  /// Into the log, each by itself. The same bytes have one index for ever, so a repeat after a crash adds nothing.
  private func register(_ later: LaterAttribution) async throws -> LaterAttribution {
    var later = later
    if let policy = later.policy { await registrar.register(policy, kind: .policy) }
    for (kind, statement) in [(StatementKind.custody, later.custody), (.attribution, later.attribution)] {
      guard let statement else { continue }
      let inclusion = try await peers.append(statement, nil)
      let head = try log.verified(inclusion, entry: SHA256.hash(statement))
      try await outbox.register(statement, kind: kind, index: inclusion.index, head: head)
    }
    later.step = .registered
    return try await save(later, from: .kept)
  }

  /// The receipt is in the log, and so is who is credited: the ledger settles.
  private func settle(_ later: LaterAttribution, _ row: OutboxRow) async throws -> LaterAttribution {
    var later = later
    guard let index = row.index else { throw PipelineError.incomplete(.index) }
    let digest = SHA256.hash(try row.statement(.receipt, else: .receipt))
    try await peers.settle(
      SettleRequest(receiptID: row.receiptID.description, receiptDigest: digest.bytes, index: index), nil)
    later.step = .settled
    return try await save(later, from: .registered)
  }
}
