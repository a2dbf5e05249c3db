internal import Credit
internal import Cryptography
internal import Logging
internal import RPC
internal import Receipts
internal import Stores

/// Why something that credit is made of will never be found.
struct NeverFound: Error, CustomStringConvertible {
  let description: String
}

extension Pipeline {
  /// What could not be found before the receipt: each by itself, so that none waits for another, and none stops another.
  func find(_ later: LaterAttribution, _ row: OutboxRow) async throws -> LaterAttribution {
    var later = later
    guard let index = row.index else { throw PipelineError.incomplete(.index) }
    let policy = try await creditPolicy(of: row.receiptID, nil)
    var failure: (any Error)?
    for find in [findLaterSpans, findLaterNearest, findScores] {
      do { later = try await find(later, row, policy, index) } catch let error where Self.isForEver(error) {
        logger.error(
          "credit will lack something", metadata: ["receipt": "\(row.receiptID)", "reason": "\(error)"])
      } catch {
        failure = failure ?? error
        later = try await outbox.later(row.receiptID) ?? later
      }
    }
    if let failure { throw failure }
    later.found = []
    later.step = .scored
    return try await save(later, from: .waiting)
  }

  /// Whether what failed will fail whenever it is tried.
  static func isForEver(_ error: any Error) -> Bool {
    error is NeverFound || error is ReceiptError || (error as? RPCError)?.code == .invalidArgument
  }

  /// In texts that were registered when the receipt came into the log.
  private func findLaterSpans(
    _ later: LaterAttribution, _ row: OutboxRow, _ policy: AttributionPolicy, index: UInt64
  ) async throws -> LaterAttribution {
    guard policy.spans != nil, index > 0 else { return later }
    return try await add(.spans, to: later, row) {
      try await findSpans($0, logSize: index, within: settings.verifyTimeout, nil)
    }
  }

  /// What is found in the answer, unless it was found before.
  func add(
    _ field: CommittedField, to later: LaterAttribution, _ row: OutboxRow,
    _ find: (AnswerContent) async throws -> Opening?
  ) async throws -> LaterAttribution {
    guard row.openingNames[field] == nil, later.openingNames[field] == nil else { return later }
    let content = try AnswerContent(Opening(blob: await opening(.content, of: row)).data)
    guard let found = try await find(content) else { return later }
    var later = later
    later.add(field, found.blob)
    return try await save(later, from: .waiting)
  }

  /// Those found before the receipt, or after it; nil where there are none, or they were erased: then what the policy gives for
  /// them is `unattributed`.
  func answerSpans(of row: OutboxRow, _ later: LaterAttribution) async throws -> AnswerSpans? {
    do {
      guard let spans = try await creditOpening(.spans, of: row, later) else { return nil }
      return try AnswerSpans(opened: spans, content: await opening(.content, of: row))
    } catch is NeverFound { return nil }
  }

  /// The same of scores.
  func documentScores(of row: OutboxRow, _ later: LaterAttribution) async throws -> DocumentScores? {
    do {
      guard let scores = try await creditOpening(.scores, of: row, later) else { return nil }
      let retrieved = row.openingNames[.retrieved] == nil ? nil : try await opening(.retrieved, of: row)
      return try DocumentScores(opened: scores, request: await opening(.request, of: row), retrieved: retrieved)
    } catch is NeverFound { return nil }
  }

  func creditOpening(
    _ field: CommittedField, of row: OutboxRow, _ later: LaterAttribution
  ) async throws -> [UInt8]? {
    if let blob = later.openings[field] { return blob }
    return row.openingNames[field] == nil ? nil : try await opening(field, of: row)
  }

  /// An opening of a request that is in the log. Errors: ``NeverFound`` for one that was erased.
  func opening(_ field: CommittedField, of row: OutboxRow) async throws -> [UInt8] {
    guard let name = row.openingNames[field] else { throw PipelineError.incomplete(.openings) }
    do { return try await blob(name, nil) } catch let error as RPCError where error.code == .notFound {
      throw NeverFound(description: "the opening of \(field) was erased")
    }
  }
}
