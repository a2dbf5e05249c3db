internal import Codec
internal import Receipts
internal import Stores

/// What each document earned, and for whom, which need not be whom its asker named: the member `credit` of a receipt,
/// where the request had documents.
struct CreditObject: Sendable {
  let documents: [RequestedDocument]
  /// Nil: they were not scored, or are not yet.
  let scores: DocumentScores?

  /// Nil for a request without documents.
  init?(_ documents: [RequestedDocument], of row: OutboxRow) {
    guard !documents.isEmpty else { return nil }
    self.documents = documents
    scores = try? row.documentScores
  }

  /// - Parameter row: with its attribution, once it has one.
  func json(_ row: OutboxRow) -> JSON {
    let list = documents.enumerated().map { at, document -> JSON in
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
    let json: JSON = [
      "method": scores == nil ? .null : .string(DocumentScores.method), "documents": .array(list),
      "shares": row.shares,
    ]
    guard row.isAttributionPending, let members = json.objectValue else { return json }
    return .object(members + [OutboxRow.attributionPending])
  }
}
