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
    case .waiting: try await value(later, row)
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

  /// Its documents are credited to nobody: what the policy gives them is `unattributed`.
  func withoutScores(_ later: LaterAttribution) async throws -> LaterAttribution {
    var ended = later
    (ended.found, ended.scores, ended.scoresName) = ([], nil, nil)
    ended.step = .scored
    return try await save(ended, from: later.step)
  }

  /// Attribution shares the price, about the receipt, and posts the shares as pending.
  private func attribute(_ later: LaterAttribution, _ row: OutboxRow) async throws -> LaterAttribution {
    var later = later
    guard let index = row.index else { throw PipelineError.incomplete(.index) }
    let receipt = try row.statement(.receipt, else: .receipt)
    var scores: DocumentScores?
    if let blob = later.scores {
      let retrieved = row.openingNames[.retrieved] == nil ? nil : try await opening(.retrieved, of: row)
      scores = try DocumentScores(opened: blob, request: await opening(.request, of: row), retrieved: retrieved)
    }
    let spans = try await answerSpans(of: row)
    let answer = try await peers.attribute(
      AttributeRequest(
        receiptID: row.receiptID.description, executionStatement: try row.statement(.execution, else: .execution),
        modelStatement: try row.statement(.model, else: .model), priceNano: row.priceNano,
        documents: scores.map(Self.documents) ?? [], scores: later.scores ?? [],
        content: spans == nil ? [] : try await opening(.content, of: row),
        spans: spans?.opening.blob ?? [],
        receiptStatement: receipt, receiptIndex: index),
      nil)
    try check(answer, of: row, subject: SHA256.hash(receipt), scores, spans)
    (later.attribution, later.policy) = (answer.attributionStatement, answer.policyStatement)
    later.step = .attributed
    return try await save(later, from: .scored)
  }

  /// Storage keeps the opening of the scores, and signs custody of it, about the receipt.
  private func keep(_ later: LaterAttribution, _ row: OutboxRow) async throws -> LaterAttribution {
    var later = later
    if let blob = later.scores {
      let receipt = SHA256.hash(try row.statement(.receipt, else: .receipt))
      let answer = try await peers.keep(
        KeepRequest(
          receiptID: row.receiptID.description, subjectDigest: receipt.bytes,
          blobs: [WireBlob(retention: .opening, data: blob)]),
        nil)
      let custody = try checked(answer.custodyStatement, .custody, of: row, subject: receipt)
      guard try CustodyPredicate(custody.statement.predicate).blobs.map(\.name) == [SHA256.hash(blob)] else {
        throw PipelineError.statement(.custody, why: "is not of the opening that was given")
      }
      later.custody = answer.custodyStatement
    }
    later.scores = nil
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
