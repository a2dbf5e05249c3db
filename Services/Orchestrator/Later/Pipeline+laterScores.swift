internal import Credit
internal import Cryptography
internal import RPC
internal import Receipts
internal import Stores
internal import Wire

/// Why the documents of a receipt will never have scores.
struct ScoresImpossible: Error, CustomStringConvertible {
  let description: String
}

extension Pipeline {
  /// Sets of documents that are valued by one call: verification answers others between two of them.
  static let setsAtOnce = 16
  private static let valueBytes = 8

  /// All sets of the documents are valued, a part at a time, and their owners looked up in the log that the receipt has seen.
  /// What was found is kept, so that a process that dies goes on behind it.
  func value(_ later: LaterAttribution, _ row: OutboxRow) async throws -> LaterAttribution {
    var later = later
    guard let index = row.index else { throw PipelineError.incomplete(.index) }
    let policy = try await creditPolicy(of: row.receiptID, nil)
    guard policy.creditsDocuments else { return try await withoutScores(later) }
    var openings: [CommittedField: [UInt8]] = [:]
    for field in row.openingNames.keys where field.isForReexecution {
      openings[field] = try await opening(field, of: row)
    }
    guard let request = openings[.request] else { throw PipelineError.incomplete(.openings) }
    let sources = try ChatRequest(
      body: Opening(blob: request).data, retrieved: openings[.retrieved].map { try Opening(blob: $0).data }
    ).parameters.documents.map(\.source)
    var asked = try reexecuteRequest(row, openings)
    let sets = DocumentSets(of: sources.count).turns.count
    while later.found.count < sets * Self.valueBytes {
      let done = later.found.count / Self.valueBytes
      (asked.firstSet, asked.setCount) = (UInt32(done), UInt32(min(Self.setsAtOnce, sets - done)))
      let values = try await peers.scoreDocuments(asked, within: settings.verifyTimeout, nil).values
      guard values.count == Int(asked.setCount) * Self.valueBytes else {
        throw ScoresImpossible(description: "verification gave \(values.count) bytes for \(asked.setCount) values")
      }
      later.found += values
      later = try await save(later, from: .waiting)
    }
    let owners = try await peers.findOwners(
      FindOwnersRequest(
        documents: sources.map { WireDocumentSource($0, withText: policy.near != nil) }, logSize: index), nil)
    let opening = try Opening(
      salt: random(Opening.saltBytes),
      data: DocumentScores.data(DocumentSets.bySet(DocumentScores.values(later.found))) + owners.ownership)
    // Read as everybody reads it: what is no value, or no ownership of these documents, is refused here.
    _ = try DocumentScores(opening, sources: sources)
    (later.found, later.scores, later.scoresName) = ([], opening.blob, SHA256.hash(opening.blob))
    later.step = .scored
    return try await save(later, from: .waiting)
  }

  /// The spans that were found before its receipt; nil where there are none, or they were erased: then what the policy gives for
  /// them is `unattributed`.
  func answerSpans(of row: OutboxRow) async throws -> AnswerSpans? {
    guard row.openingNames[.spans] != nil else { return nil }
    do {
      return try AnswerSpans(
        opened: Opening(blob: await opening(.spans, of: row)), content: Opening(blob: await opening(.content, of: row)))
    } catch is ScoresImpossible { return nil }
  }

  /// An opening of a request that is in the log. Errors: ``ScoresImpossible`` for one that was erased.
  func opening(_ field: CommittedField, of row: OutboxRow) async throws -> [UInt8] {
    guard let name = row.openingNames[field] else { throw PipelineError.incomplete(.openings) }
    do { return try await blob(name, nil) } catch let error as RPCError where error.code == .notFound {
      throw ScoresImpossible(description: "the opening of \(field) was erased")
    }
  }
}
