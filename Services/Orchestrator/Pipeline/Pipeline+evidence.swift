internal import Cryptography
internal import Logging
internal import RPC
internal import Receipts
internal import Stores
internal import Wire

extension Pipeline {
  /// Step 4: storage keeps statements and openings, and signs custody.
  func keep(_ row: OutboxRow, _ call: CallContext?) async throws -> OutboxRow {
    var row = row
    let execution = try row.statement(.execution, else: .execution)
    let digest = SHA256.hash(execution)
    var blobs = [
      WireBlob(retention: .statement, data: execution),
      WireBlob(retention: .model, data: try row.statement(.model, else: .model)),
    ]
    // In their order: storage is given the same on every repeat.
    for field in row.openings.keys.sorted() {
      guard let blob = row.openings[field] else { continue }
      blobs.append(WireBlob(retention: .opening, data: blob))
    }
    if let named = try SignedExecution.evidence(execution) {
      // Inference put it into storage before it named it; kept with the request, it stays as long as that does.
      blobs.append(WireBlob(retention: .evidence, data: try await blob(named, call)))
    }
    let request = KeepRequest(receiptID: row.receiptID.description, subjectDigest: digest.bytes, blobs: blobs)
    let answer = try await peers.keep(request, call)
    let custody = try checked(answer.custodyStatement, .custody, of: row, subject: digest)
    let kept = Set(try CustodyPredicate(custody.statement.predicate).blobs.map(\.name))
    guard blobs.allSatisfy({ kept.contains(SHA256.hash($0.data)) }) else {
      throw PipelineError.statement(.custody, why: "leaves out a blob that was given")
    }
    row.statements[.custody] = answer.custodyStatement
    row.state = .kept
    return try await save(row, from: .executed)
  }

  /// A blob by its name. Errors: other bytes than those of the name, and those of storage.
  func blob(_ name: Digest32, _ call: CallContext?) async throws -> [UInt8] {
    let bytes = try await peers.blob(name.bytes, call)
    guard SHA256.hash(bytes) == name else { throw RPCError(.dataLoss, "blob \(name.named) is damaged") }
    return bytes
  }

  /// Step 5: attribution shares the price, unless that comes later.
  func attribute(_ row: OutboxRow, _ call: CallContext?) async throws -> OutboxRow {
    var row = row
    guard !row.isAttributionPending else {
      row.state = .attributed
      return try await save(row, from: .kept)
    }
    let execution = try row.statement(.execution, else: .execution)
    let scores = try row.documentScores
    let spans = try row.answerSpans
    let nearest = try row.answerNearest
    let answer = try await peers.attribute(
      AttributeRequest(
        receiptID: row.receiptID.description, executionStatement: execution,
        modelStatement: try row.statement(.model, else: .model), priceNano: row.priceNano,
        documents: scores.map(Self.documents) ?? [], scores: scores?.opening.blob ?? [],
        content: spans == nil && nearest == nil ? [] : row.openings[.content] ?? [],
        spans: spans?.opening.blob ?? [], nearest: nearest?.opening.blob ?? []),
      call)
    try check(answer, of: row, subject: SHA256.hash(execution), scores, spans, nearest)
    row.statements[.attribution] = answer.attributionStatement
    row.statements[.policy] = answer.policyStatement
    row.state = .attributed
    row = try await save(row, from: .kept)
    await registrar.register(answer.policyStatement, kind: .policy)
    return row
  }

  /// What attribution signed is about this subject and price, and states these.
  func check(
    _ answer: AttributeResponse, of row: OutboxRow, subject: Digest32, _ scores: DocumentScores?, _ spans: AnswerSpans?,
    _ nearest: AnswerNearest?
  ) throws {
    let signed = try checked(answer.attributionStatement, .attribution, of: row, subject: subject)
    let attribution = try AttributionPredicate(signed.statement.predicate)
    guard attribution.priceNano == row.priceNano, attribution.policy == SHA256.hash(answer.policyStatement) else {
      throw PipelineError.statement(.attribution, why: "shares another price or names another policy")
    }
    guard attribution.scores == scores?.stated else {
      throw PipelineError.statement(.attribution, why: "states other scores than those of its documents")
    }
    guard attribution.spans == spans?.stated else {
      throw PipelineError.statement(.attribution, why: "states other spans than those of its answer")
    }
    guard attribution.nearest == nearest?.stated else {
      throw PipelineError.statement(.attribution, why: "states other records than those near to its answer")
    }
  }

  /// Step 6: verification executes it again, where that is to be before the receipt.
  func verify(_ row: OutboxRow, _ call: CallContext?) async throws -> OutboxRow {
    var row = row
    if policy(of: row) == .always {
      let execution = try row.statement(.execution, else: .execution)
      let answer = try await peers.reexecute(try reexecuteRequest(row), call)
      _ = try checked(answer.verdictStatement, .verdict, of: row, subject: SHA256.hash(execution))
      if !answer.agrees {
        logger.error(
          "re-execution differs",
          metadata: ["receipt": "\(row.receiptID)", "first_position": "\(answer.firstPosition.map { "\($0)" } ?? "-")"])
      }
      row.statements[.verdict] = answer.verdictStatement
    }
    row.state = .verified
    return try await save(row, from: .attributed)
  }

  static func documents(_ scores: DocumentScores) -> [WireDocumentSource] {
    let isNear = scores.ownership?.registry.records != nil
    return scores.sources.map { WireDocumentSource($0, withText: isNear) }
  }

  func policy(of row: OutboxRow) -> VerificationPolicy { row.verification ?? settings.verification }
}

/// The evidence document that an execution names; nil where it names none.
enum SignedExecution {
  static func evidence(_ statement: [UInt8]) throws -> Digest32? {
    try ExecutionPredicate(try SignedStatement(statement).statement.predicate).evidence
  }
}
