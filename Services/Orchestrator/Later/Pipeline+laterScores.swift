internal import Credit
internal import RPC
internal import Receipts
internal import Stores
internal import Wire

extension Pipeline {
  /// Sets of documents that are valued by one call: verification answers others between two of them.
  static let setsAtOnce = 16
  static let valueBytes = 8

  /// All sets of the documents, or those that are drawn, are valued, a part at a time, and their owners looked up in the log
  /// that the receipt has seen. What was found is kept, so that a process that dies goes on behind it.
  func findScores(
    _ later: LaterAttribution, _ row: OutboxRow, _ policy: AttributionPolicy, index: UInt64
  ) async throws -> LaterAttribution {
    var later = later
    guard policy.creditsDocuments, row.openingNames[.scores] == nil, later.openingNames[.scores] == nil else {
      return later
    }
    let sample = try await sample(of: row, by: policy)
    let sources = try await documents(of: row)
    guard !sources.isEmpty else { return later }
    var openings: [CommittedField: [UInt8]] = [:]
    for field in row.openingNames.keys where field.isForReexecution {
      openings[field] = try await opening(field, of: row)
    }
    var asked = try reexecuteRequest(row, openings)
    if let sample { later = try await valueDrawn(later, sample, documents: sources.count, asked) }
    let sets = sample == nil ? DocumentSets(of: sources.count).turns.count : 0
    while later.found.count < sets * Self.valueBytes {
      let done = later.found.count / Self.valueBytes
      (asked.firstSet, asked.setCount) = (UInt32(done), UInt32(min(Self.setsAtOnce, sets - done)))
      let values = try await peers.scoreDocuments(asked, within: settings.verifyTimeout, nil).values
      guard values.count == Int(asked.setCount) * Self.valueBytes else {
        throw NeverFound(description: "verification gave \(values.count) bytes for \(asked.setCount) values")
      }
      later.found += values
      later = try await save(later, from: .waiting)
    }
    let owners = try await peers.findOwners(
      FindOwnersRequest(
        documents: sources.map { WireDocumentSource($0, withText: policy.near != nil) }, logSize: index), nil)
    let values =
      sample == nil ? DocumentScores.data(DocumentSets.bySet(DocumentScores.values(later.found))) : later.found
    let opening = try Opening(salt: random(Opening.saltBytes), data: values + owners.ownership)
    // Read as everybody reads it: what is no value, or no ownership of these documents, is refused here.
    _ = try DocumentScores(opening, sources: sources)
    later.found = []
    later.add(.scores, opening.blob)
    return try await save(later, from: .waiting)
  }

  private func documents(of row: OutboxRow) async throws -> [DocumentSource] {
    let request = try Opening(blob: await opening(.request, of: row)).data
    let retrieved =
      row.openingNames[.retrieved] == nil ? nil : try Opening(blob: await opening(.retrieved, of: row)).data
    return try ChatRequest(body: request, retrieved: retrieved).parameters.documents.map(\.source)
  }
}
