internal import RPC
internal import Receipts
internal import Stores
internal import Wire

/// Why documents of a collection were not found.
struct RetrievalFailure: Error, CustomStringConvertible {
  enum Step: String, Sendable { case embed, retrieve }

  let collection: RequestedCollection
  let step: Step
  let cause: any Error

  var description: String { "\(step.rawValue) for collection \(collection.asset): \(cause)" }
}

extension Pipeline {
  /// Between steps 1 and 2, of a request that names collections: attribution finds the records nearest to its last user
  /// message, as inference's encoder has them. They are durable, with the salt of their commitment, before anything is
  /// executed. Errors: ``RetrievalFailure``.
  func retrieve(_ live: LiveRequest, _ call: CallContext?) async throws -> LiveRequest {
    let collections = live.request.parameters.collections
    guard let first = collections.first, let salt = live.salts.retrieved else { return live }
    let deadline = ContinuousClock.now + settings.retrievalTimeout
    let query: EmbedResponse
    do {
      query = try await peers.embed(
        EmbedRequest(texts: [EncodedText.cut(live.request.query)]), within: deadline - .now, call)
      guard query.vectors.count == Int(query.width) else { throw RPCError(.dataLoss, "not one vector for one text") }
    } catch { throw RetrievalFailure(collection: first, step: .embed, cause: error) }
    var found: [RetrievedDocument] = []
    for collection in collections {
      do {
        let remaining = deadline - .now
        guard remaining > .zero else { throw RPCError(.deadlineExceeded, "no time is left") }
        let records = try await peers.retrieve(
          RetrieveRequest(
            collection: collection.asset, model: query.model, vector: query.vectors, count: UInt32(collection.count)),
          within: remaining, call)
        found += records.map {
          RetrievedDocument(item: collection.item, asset: $0.asset, contributor: $0.contributor, text: $0.text)
        }
      } catch { throw RetrievalFailure(collection: collection, step: .retrieve, cause: error) }
    }
    var live = live
    try live.request.give(found)
    let data = try RetrievedDocument.encode(found)
    guard data.count <= ChatRequest.bodyBytesMax else {
      throw RPCError(
        .invalidArgument,
        "what was retrieved has \(data.count) bytes, above the limit of \(ChatRequest.bodyBytesMax): ask for fewer documents"
      )
    }
    let opening = try Opening(salt: salt, data: data)
    live.retrieved = opening
    try await outbox.keep(retrieved: opening.blob, of: live.row.receiptID)
    return live
  }
}
