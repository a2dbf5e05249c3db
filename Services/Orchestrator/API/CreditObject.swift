internal import Codec
internal import Credit
internal import Receipts
internal import Stores

/// What an answer is credited for: the member `credit` of its receipt. What each document of the request earned, and for
/// whom, which need not be whom its asker named; which words of the answer stand in registered texts, and whose; which registered
/// records are near to it, and whose.
struct CreditObject: Sendable {
  let documents: [RequestedDocument]
  /// Nil: they were not scored, or are not yet.
  let scores: DocumentScores?
  /// Nil: none were looked for, or they are not found yet.
  let spans: AnswerSpans?
  /// Likewise.
  let nearest: AnswerNearest?
  /// Lines of nearest records: there may be thousands, which `/v1/attribution` shows.
  static let bestCount = 16

  /// Nil for a request without documents, of whose answer neither spans nor nearest records are known.
  init?(_ documents: [RequestedDocument], of row: OutboxRow) {
    spans = try? row.answerSpans
    nearest = try? row.answerNearest
    guard !documents.isEmpty || spans != nil || nearest != nil else { return nil }
    self.documents = documents
    scores = try? row.documentScores
  }

  /// - Parameter row: with its attribution, once it has one.
  func json(_ row: OutboxRow) -> JSON {
    var members: [JSONMember] = []
    if !documents.isEmpty {
      members.append(JSONMember("method", scores == nil ? .null : .string(DocumentScores.method)))
      members.append(JSONMember("documents", .array(documents.indices.map(document))))
    }
    if let spans { members.append(JSONMember("spans", .array(spans.lines.map(\.json)))) }
    if let nearest { members.append(JSONMember("nearest", Self.json(nearest))) }
    members.append(JSONMember("shares", row.shares))
    if row.isAttributionPending {
      members.append(OutboxRow.attributionPending)
      // Known before there are scores: of so many documents permutations are drawn.
      if documents.count > ContextShapley.exactCountMax { members.append(JSONMember("approximate", .bool(true))) }
    }
    return .object(members)
  }

  private static func json(_ nearest: AnswerNearest) -> JSON {
    return [
      "method": .string(nearest.method), "classes": .integer(nearest.classes), "lines": .integer(nearest.lines.count),
      "best": .array(nearest.lines.best(bestCount).map(\.json)),
    ]
  }

  private func document(_ at: Int) -> JSON {
    let document = documents[at]
    let line = scores?.lines[at]
    let members = [
      document.id.map { JSONMember("id", .string($0)) }, JSONMember("index", .integer(at)),
      JSONMember("contributor", .string((line?.source ?? document.source).contributor)),
      document.isRetrieved ? document.source.asset.map { JSONMember("asset", .string($0)) } : nil,
      document.isRetrieved ? document.source.record.map { JSONMember("record", .string($0.named)) } : nil,
      line?.owner.map { JSONMember("ownership", .string($0.ground)) },
      JSONMember("score", line.map { .string(String($0.score)) } ?? .null),
    ]
    return .object(members.compactMap { $0 })
  }
}
