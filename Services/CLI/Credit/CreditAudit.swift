import Credit
import Cryptography
import Evidence
import Exact
import Foundation
import Receipts

/// The credit of one bundle, recomputed.
struct CreditAudit {
  struct Row {
    static let equal = "equal"
    static let differs = "differs"
    /// What it is made from is not in the bundle, or not asked for.
    static let closed = "closed"

    let name: String
    let state: String
    let detail: String
  }

  let bundle: Receipts.Bundle
  private let attribution: AttributionPredicate
  let policy: AttributionPolicy
  private let execution: SignedStatement
  let run: ExecutionPredicate
  private let manifest: ModelManifest
  private let openings: [CommittedField: Opening]
  private let request: ChatRequest?
  /// Nil: the statement has none, or they are closed.
  let scores: DocumentScores?
  /// Likewise.
  let spans: AnswerSpans?
  /// Likewise.
  let nearest: AnswerNearest?
  /// The texts of the answer's choices; none where they are closed.
  let answer: [String]

  /// Errors: `Failure` for a bundle without an attribution or what it is made from.
  init(_ bundle: Receipts.Bundle) throws {
    func statement(_ kind: StatementKind) throws -> SignedStatement {
      guard let bytes = bundle.statements[kind] ?? bundle.registered[kind]?.statement else {
        throw Failure("the bundle has no \(kind) statement: nothing was attributed, or not yet", status: 65)
      }
      return try SignedStatement(bytes)
    }
    self.bundle = bundle
    execution = try statement(.execution)
    run = try ExecutionPredicate(execution.statement.predicate)
    attribution = try AttributionPredicate(statement(.attribution).statement.predicate)
    manifest = try ModelManifest(statement(.model).statement.predicate)
    do { policy = try AttributionPolicy(json: statement(.policy).statement.predicate) } catch let error as CreditError {
      throw Failure("policy: \(error)", status: 65)
    }
    openings = try bundle.openings.mapValues { try Opening(blob: $0) }
    if let body = openings[.request]?.data, run.retrieved == nil || openings[.retrieved] != nil {
      request = try ChatRequest(body: body, retrieved: openings[.retrieved]?.data)
    } else {
      request = nil
    }
    if let opening = openings[.scores], let request {
      scores = try DocumentScores(opening, sources: request.parameters.documents.map(\.source))
    } else {
      scores = nil
    }
    answer = try openings[.content].map { try AnswerContent($0.data).choices.map(\.text) } ?? []
    spans =
      if attribution.spans != nil, let opening = openings[.spans], openings[.content] != nil {
        try AnswerSpans(opening, of: answer)
      } else { nil }
    nearest =
      if attribution.nearest != nil, let opening = openings[.nearest], openings[.content] != nil {
        try AnswerNearest(opening, of: answer)
      } else { nil }
  }

  func rows(model: String?) throws -> [Row] {
    let answerRows = [spanRow(attribution.spans), nearestRow(attribution.nearest)].compactMap(\.self)
    let isClosed =
      (attribution.spans != nil && spans == nil) || (attribution.scores != nil && scores == nil)
      || (attribution.nearest != nil && nearest == nil)
    let first = isClosed ? closed("shares") : try shares()
    guard let stated = attribution.scores else { return [first, unscored] + answerRows }
    guard let scores else { return [first, closed("scores"), closed("values")] + answerRows }
    return [first, compare(scores, stated), try values(scores, model)] + answerRows
  }

  private func closed(_ name: String) -> Row {
    Row(
      name: name, state: Row.closed,
      detail:
        "the scores of its documents, or what its answer is credited by, are not opened: its owner's bundle opens them"
    )
  }

  /// The first line at which two lists differ, for people; nil where they are equal.
  ///
  /// - Parameter how: those of `due` came to be.
  static func difference<Line: Equatable>(
    _ stated: [Line], _ due: [Line], _ how: String, _ text: (Line) -> String
  ) -> String? {
    for at in 0..<max(stated.count, due.count) {
      let (said, found) = (stated.dropFirst(at).first, due.dropFirst(at).first)
      guard said == found else {
        return "at line \(at): stated \(said.map(text) ?? "nothing"), \(how) \(found.map(text) ?? "nothing")"
      }
    }
    return nil
  }

  private var unscored: Row {
    let count = run.parameters.documents
    return Row(
      name: "scores", state: Row.closed,
      detail: count == 0 ? "there are no documents in the prompt" : "its \(count) documents were not scored")
  }

  private func shares() throws -> Row {
    let due: [Share]
    do {
      try policy.requireEffective(unixMs: run.receiptID.unixMs)
      due = try shares(documents: scores?.weights ?? [])
    } catch {
      return Row(name: "shares", state: Row.closed, detail: "\(error)")
    }
    if let difference = Self.difference(
      attribution.shares, due, "recomputed", { "\($0.contributor) \($0.amountNano)" })
    {
      return Row(name: "shares", state: Row.differs, detail: difference)
    }
    return Row(
      name: "shares", state: Row.equal,
      detail: "\(due.count) lines of \(attribution.priceNano) nano-units by \(policy.id)")
  }

  var receiptID: String { run.receiptID.description }

  /// Those that the policy gives for these scores of the documents, and for feedback, with all else as it was signed.
  func shares(documents weights: [Weighted], feedback: [Weighted] = []) throws(CreditError) -> [Share] {
    try computeShares(
      policy: policy, lineage: manifest.lineage, operator: execution.statement.issuer, price: attribution.priceNano,
      usage: run.count(by: execution.statement.issuer),
      scores: CreditScores.weights(documents: weights, spans, nearest, feedback: feedback))
  }

  private func compare(_ scores: DocumentScores, _ stated: StatedScores) -> Row {
    let due = scores.stated
    guard stated.documents == due.documents, stated.commitment == due.commitment else {
      return Row(name: "scores", state: Row.differs, detail: "the opened values are not those that were committed to")
    }
    guard stated.root == due.root else {
      return Row(
        name: "scores", state: Row.differs, detail: "at the root: stated \(stated.root), recomputed \(due.root)")
    }
    if let row = drawnOtherwise(scores) { return row }
    let approximate = due.approximate.map {
      ", approximate: means of \($0.permutations) permutations, each within \($0.error) / 65536 nats but for a chance of 2^-40"
    }
    let lines = scores.lines.map { "\($0.source.contributor) \($0.score)" }.joined(separator: ", ")
    return Row(
      name: "scores", state: Row.equal,
      detail: "\(due.documents) lines of \(DocumentScores.method)\(approximate ?? ""): \(lines)")
  }

  private func values(_ scores: DocumentScores, _ model: String?) throws -> Row {
    guard let model else { return Row(name: "values", state: Row.closed, detail: "--model FILE computes them again") }
    let evidence = openings.filter(\.key.isForReexecution)
    let threads = min(max(1, ProcessInfo.processInfo.activeProcessorCount), ThreadPool.maxThreads)
    let due: [Int64]
    do {
      let opened = try OpenedExecution(execution: run, manifest: manifest, openings: evidence)
      let pool = try ThreadPool(threads: threads)
      func load() throws -> ChatModel { try ChatModel.load(path: model, kernel: .automatic, threads: threads) }
      if let sample = scores.sample {
        due = try opened.documentValues(
          of: sample.drawn(documents: scores.lines.count).coalitions, pool: pool, model: load)
      } else {
        due = try opened.documentValues(pool: pool, model: load)
      }
    } catch let error as EvidenceError { throw Failure("\(error)", status: 65) } catch let error as Finding {
      return Row(name: "values", state: Row.differs, detail: "\(error)")
    } catch let error as GenerationError { throw Failure("\(model): \(error)", status: 65) }
    if let at = due.indices.first(where: { due[$0] != scores.values[$0] }) {
      return Row(
        name: "values", state: Row.differs,
        detail: "at set \(at) of documents: stated \(scores.values[at]), recomputed \(due[at])")
    }
    return Row(name: "values", state: Row.equal, detail: "\(due.count) sets of documents, by the model itself")
  }
}
