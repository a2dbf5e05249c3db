internal import Credit
internal import Cryptography
internal import Logging
internal import RPC
internal import Receipts
internal import Stores
internal import Wire

/// What is known, when the receipt is made, of something that its credit is made of.
enum FoundBeforeReceipt: Sendable {
  /// Nobody asks for it.
  case none
  case found(Opening)
  /// It comes later, and the receipt says so.
  case pending
}

extension Pipeline {
  /// What the documents of a prompt did for the answer, as verification computes it again from the openings: the executor
  /// has no say in it; and whose they are, as attribution finds in the log. Pending where they are too many to be valued at
  /// once, and where it was not done within the budget: the receipt does not wait.
  ///
  /// - Parameter policy: nil where it cannot be had.
  func scores(
    of row: OutboxRow, _ live: LiveRequest, _ policy: AttributionPolicy?, _ call: CallContext?
  ) async -> FoundBeforeReceipt {
    let documents = live.request.parameters.documents
    guard !documents.isEmpty else { return .none }
    guard let policy else { return .pending }
    guard policy.creditsDocuments else { return .none }
    guard documents.count <= RequestedDocument.countMaxBeforeReceipt else { return .pending }
    do {
      let answer = try await peers.scoreDocuments(
        try reexecuteRequest(row), within: settings.creditBudget, call)
      let sources = documents.map(\.source)
      let owners = try await peers.findOwners(
        FindOwnersRequest(documents: sources.map { WireDocumentSource($0, withText: policy.near != nil) }), call)
      let scores = try DocumentScores(
        Opening(salt: random(Opening.saltBytes), data: answer.values + owners.ownership), sources: sources)
      return .found(scores.opening)
    } catch {
      logger.warning("documents are scored later", metadata: ["receipt": "\(row.receiptID)", "error": "\(error)"])
      return .pending
    }
  }

  /// What attribution applies to it.
  func creditPolicy(of receipt: ReceiptID, _ call: CallContext?) async throws -> AttributionPolicy {
    try AttributionPolicy(json: SignedStatement(try await peers.policy(of: receipt, call)).statement.predicate)
  }

  /// The same, nil where it cannot be had.
  func policyToCredit(_ receipt: ReceiptID, _ call: CallContext?) async -> AttributionPolicy? {
    do { return try await creditPolicy(of: receipt, call) } catch {
      logger.warning("there is no policy to credit by", metadata: ["receipt": "\(receipt)", "error": "\(error)"])
      return nil
    }
  }

  /// The execution with what opens it, for verification.
  func reexecuteRequest(_ row: OutboxRow) throws -> ReexecuteRequest {
    try reexecuteRequest(row, row.openings.filter(\.key.isForReexecution))
  }

  func reexecuteRequest(_ row: OutboxRow, _ openings: [CommittedField: [UInt8]]) throws -> ReexecuteRequest {
    guard !openings.isEmpty else { throw PipelineError.incomplete(.openings) }
    return ReexecuteRequest(
      executionStatement: try row.statement(.execution, else: .execution),
      modelStatement: try row.statement(.model, else: .model),
      openings: openings.map { WireOpening(field: $0.key.description, blob: $0.value) })
  }
}

extension OutboxRow {
  /// The scores of its documents, from the openings that the row still has; nil where there are none.
  var documentScores: DocumentScores? {
    get throws {
      guard let scores = openings[.scores], let request = openings[.request] else { return nil }
      return try DocumentScores(opened: scores, request: request, retrieved: openings[.retrieved])
    }
  }
}

extension DocumentScores {
  /// From opening blobs of one request.
  init(opened scores: [UInt8], request: [UInt8], retrieved: [UInt8]?) throws {
    let documents = try ChatRequest(
      body: Opening(blob: request).data, retrieved: retrieved.map { try Opening(blob: $0).data }
    ).parameters.documents
    try self.init(Opening(blob: scores), sources: documents.map(\.source))
  }
}

extension WireDocumentSource {
  /// - Parameter withText: content goes to attribution only where it has to look for near copies of it.
  init(_ source: DocumentSource, withText: Bool) {
    self.init(
      contributor: source.contributor, asset: source.asset ?? "", record: source.record.map(\.bytes) ?? [],
      text: withText ? source.text ?? "" : "")
  }
}
