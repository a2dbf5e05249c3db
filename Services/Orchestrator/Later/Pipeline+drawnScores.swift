internal import Credit
internal import Cryptography
internal import RPC
internal import Receipts
internal import Stores
internal import Wire

/// The seed of a receipt's epoch is not shown yet: nothing has failed, and it will be.
struct RevealAwaited: Error, CustomStringConvertible {
  var description: String { "the seed of its epoch is not revealed yet" }
}

extension Pipeline {
  /// How the sets of a receipt's documents are drawn, by a seed that was fixed before the receipt was in the log and is shown
  /// behind it; nil where every set is valued. Errors: ``RevealAwaited``, and ``NeverFound`` where nobody draws.
  func sample(of row: OutboxRow, by policy: AttributionPolicy) async throws -> ScoreSample? {
    let execution = try ExecutionPredicate(
      SignedStatement(row.statement(.execution, else: .execution)).statement.predicate)
    let documents = execution.parameters.documents
    guard documents > ContextShapley.exactCountMax else { return nil }
    let reveal = try await reveal(of: row)
    return ScoreSample(
      revealed: try RevealPredicate(SignedStatement(reveal).statement.predicate).seed, reveal: SHA256.hash(reveal),
      receipt: SHA256.hash(try row.statement(.receipt, else: .receipt)), permutations: policy.permutations,
      documents: documents, answerTokens: execution.completionTokens)
  }

  /// The reveal of the epoch in which a receipt is. Verification is told each time that somebody waits for it: else no epoch
  /// would end where no receipt is of sampled verification.
  func reveal(of row: OutboxRow) async throws -> [UInt8] {
    guard let index = row.index else { throw PipelineError.incomplete(.index) }
    do { try await peers.enlist(try verdictRequest(row), nil) } catch let error as RPCError
      where error.saysNobodyDraws
    {
      throw NeverFound(
        description: "verification draws nothing, and more than \(ContextShapley.exactCountMax) documents need a draw: "
          + error.message)
    }
    let status = try await peers.verdict(GetVerdictRequest(receiptID: row.receiptID.description, index: index), nil)
    guard !status.drawStatement.isEmpty else {
      throw PipelineError.statement(.draw, why: "of its epoch is not there: the receipt may be older than the first")
    }
    guard !status.revealStatement.isEmpty else { throw RevealAwaited() }
    try await check(status, of: index)
    return status.revealStatement
  }

  /// They are of one draw, in the log around this entry. Whose key signed them is for who reads the bundle.
  private func check(_ status: VerdictStatus, of index: UInt64) async throws {
    let draw = try DrawPredicate(SignedStatement(status.drawStatement).statement.predicate)
    let reveal = try RevealPredicate(SignedStatement(status.revealStatement).statement.predicate)
    let digest = SHA256.hash(status.drawStatement)
    guard reveal.draw == digest, reveal.number == draw.number, Draw.commitment(to: reveal.seed) == draw.seed else {
      throw PipelineError.statement(.reveal, why: "is not of the draw")
    }
    let begin = try await peers.inclusion(digest.bytes, nil)
    _ = try log.verified(begin, entry: digest)
    guard begin.index < index, index <= reveal.last else {
      throw PipelineError.statement(.reveal, why: "is of another epoch than that of entry \(index)")
    }
    let end = SHA256.hash(status.revealStatement)
    _ = try log.verified(try await peers.inclusion(end.bytes, nil), entry: end)
  }

  /// The sets that the permutations pass through are valued, a part at a time. What is found begins with the sample that it is
  /// of: under another one it is begun anew.
  func valueDrawn(
    _ later: LaterAttribution, _ sample: ScoreSample, documents: Int, _ asked: ReexecuteRequest
  ) async throws -> LaterAttribution {
    var (later, asked) = (later, asked)
    let front = sample.encoded
    if !later.found.starts(with: front) { later.found = front }
    let sets = try sample.drawn(documents: documents).coalitions
    while true {
      let done = (later.found.count - front.count) / Self.valueBytes
      let next = sets.dropFirst(done).prefix(Self.setsAtOnce)
      guard !next.isEmpty else { return later }
      asked.sets = next.flatMap(\.bytes)
      let values = try await peers.scoreDocuments(asked, within: settings.verifyTimeout, nil).values
      guard values.count == next.count * Self.valueBytes else {
        throw NeverFound(description: "verification gave \(values.count) bytes for \(next.count) values")
      }
      later.found += values
      later = try await save(later, from: .waiting)
    }
  }
}
