internal import Credit
internal import Cryptography
internal import Logging
internal import RPC
internal import Receipts
internal import Stores
internal import Wire

extension Pipeline {
  /// What the documents of a prompt did for the answer, as verification computes it again from the openings: the executor
  /// has no say in it; and whose they are, as attribution finds in the log. Nil where nobody asks for it, and where it was not done within the budget: then what the policy
  /// gives the documents is `unattributed`, and the receipt does not wait.
  func scores(of row: OutboxRow, _ live: LiveRequest, _ call: CallContext?) async -> Opening? {
    let documents = live.request.parameters.documents
    guard !documents.isEmpty else { return nil }
    do {
      let policy = try AttributionPolicy(
        json: SignedStatement(try await peers.policy(of: row.receiptID, call)).statement.predicate)
      guard policy.creditsDocuments else { return nil }
      let answer = try await peers.scoreDocuments(
        try reexecuteRequest(row), within: settings.creditBudget, call)
      let sources = documents.map(\.source)
      let owners = try await peers.findOwners(
        FindOwnersRequest(documents: sources.map { WireDocumentSource($0, withText: policy.near != nil) }), call)
      let scores = try DocumentScores(
        Opening(salt: random(Opening.saltBytes), data: answer.values + owners.ownership), sources: sources)
      return scores.opening
    } catch {
      logger.warning("documents are not scored", metadata: ["receipt": "\(row.receiptID)", "error": "\(error)"])
      return nil
    }
  }

  /// The execution with what opens it, for verification.
  func reexecuteRequest(_ row: OutboxRow) throws -> ReexecuteRequest {
    let openings = row.openings.filter { ![.wire, .stream, .scores, .spans].contains($0.key) }
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
      return try DocumentScores(opened: scores, request: request)
    }
  }
}

extension DocumentScores {
  /// From two opening blobs of one request.
  init(opened scores: [UInt8], request: [UInt8]) throws {
    let documents = try ChatRequest(body: Opening(blob: request).data).parameters.documents
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
