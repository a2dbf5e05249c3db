internal import Cryptography
internal import Logging
internal import RPC
internal import Receipts
internal import Stores
internal import Wire

/// What was sent to the client, as bytes that the row commits to.
enum Sent: Sendable {
  /// The body without its last member `receipt`.
  case body([UInt8])
  /// Chunks before the finish chunk, and their chain.
  case stream([[UInt8]], StreamChain)
}

extension Pipeline {
  /// Step 3: the execution statement and the openings become durable, and with them the scores of the documents, the
  /// spans of the answer, and the records near to it.
  func executed(
    _ live: LiveRequest, _ finished: Finished, sent: Sent, outcome: Outcome, _ call: CallContext?
  ) async throws -> OutboxRow {
    var row = live.row
    let salts = live.salts
    let content = Commitment.make(.commitmentContent, salt: salts.content, data: finished.content)
    let signed = try checked(finished.executionStatement, .execution, of: row, subject: content)
    let execution = try ExecutionPredicate(signed.statement.predicate)
    try check(execution, live, finished, content)
    row.statements = [.execution: finished.executionStatement, .model: live.model.statement]
    row.openings = try openings(live, finished, sent)
    let made = row
    let policy = await policyToCredit(row.receiptID, call)
    async let spans = spans(of: made, finished, policy, call)
    async let nearest = nearest(of: made, finished, policy, call)
    let found = [
      (CommittedField.scores, await scores(of: made, live, policy, call)), (.spans, await spans),
      (.nearest, await nearest),
    ]
    for (field, found) in found {
      switch found {
      case .none: break
      case .found(let opening): row.openings[field] = opening.blob
      case .pending: row.isAttributionPending = true
      }
    }
    row.openingNames = row.openings.mapValues { SHA256.hash($0) }
    switch sent {
    case .body(let wire): row.delivery = .body(Commitment.make(.commitmentWire, salt: salts.delivery, data: wire))
    case .stream(_, let chain): row.delivery = .stream(chunks: chain.chunks, head: chain.head)
    }
    // Fixed before anything is signed: checks cost what they cost whatever they find.
    row.priceNano = settings.priceNano(
      promptTokens: execution.promptTokens, completionTokens: execution.completionTokens)
    row.outcome = outcome
    row.state = .executed
    return try await save(row, from: .accepted)
  }

  /// The execution is of this request and commits to what inference handed over: else its openings would not open.
  private func check(
    _ execution: ExecutionPredicate, _ live: LiveRequest, _ finished: Finished, _ content: Digest32
  ) throws {
    func refuse(_ why: String) -> PipelineError { .statement(.execution, why: why) }
    let salts = live.salts
    guard execution.receiptID == live.row.receiptID else { throw refuse("names another receipt") }
    guard execution.request == live.row.request, execution.content == content else {
      throw refuse("commits to another request or content")
    }
    guard try execution.retrieved == live.retrieved?.commitment(for: .retrieved) else {
      throw refuse("commits to other retrieved documents")
    }
    let messages = zip(live.request.messages, salts.messages).map { message, salt in
      Commitment.make(.commitmentMessage, salt: salt, data: Array(live.body[message.range]))
    }
    guard execution.messages == messages else { throw refuse("commits to other messages") }
    guard execution.tokens == Commitment.make(.commitmentTokens, salt: salts.tokens, data: finished.tokenIDs) else {
      throw refuse("commits to other tokens")
    }
    guard execution.manifest == live.model.manifest, execution.model == live.model.id else {
      throw refuse("ran another model than \(live.model.id)")
    }
    _ = try live.choices(of: finished)
    guard execution.finishReason.rawValue == finished.finishReason else { throw refuse("ended for another reason") }
  }

  private func openings(
    _ live: LiveRequest, _ finished: Finished, _ sent: Sent
  ) throws -> [CommittedField: [UInt8]] {
    let salts = live.salts
    var blobs: [CommittedField: [UInt8]] = [
      .request: try Opening(salt: salts.request, data: live.body).blob,
      .content: try Opening(salt: salts.content, data: finished.content).blob,
      .tokens: try Opening(salt: salts.tokens, data: finished.tokenIDs).blob,
      .activation: try Opening(salt: salts.activation, data: finished.activationList).blob,
    ]
    blobs[.retrieved] = live.retrieved?.blob
    for (index, message) in live.request.messages.enumerated() {
      blobs[.message(index)] = try Opening(salt: salts.messages[index], data: Array(live.body[message.range])).blob
    }
    switch sent {
    case .body(let wire): blobs[.wire] = try Opening(salt: salts.delivery, data: wire).blob
    case .stream(let chunks, _):
      blobs[.stream] = try Opening(salt: salts.delivery, data: StreamChain.encode(chunks)).blob
    }
    return blobs
  }
}
