internal import Credit
internal import Cryptography
internal import RPC
internal import Receipts

extension RegistryFeed {
  /// The registered texts of now, for the spans of an answer.
  func registeredSpans() async throws -> RegisteredSpans {
    if refusal != nil { await check() }
    if let rpcError { throw rpcError }
    guard let formedSpans else { throw RPCError(.unavailable, "no span is found: registered texts are being indexed") }
    return formedSpans
  }

  /// Refuses spans that are not what this service finds itself at the size of the log that they name.
  func require(_ spans: AnswerSpans, of texts: [String], _ lookup: SpanLookup) async throws {
    let snapshot = spans.registry
    try await requireHad(snapshot, "spans")
    var formed = formedSpans
    if formed?.registry.size != snapshot.size || formed?.registry.root != snapshot.root {
      formed = try await lookup.form(in: registry.registry, at: snapshot, continuing: nil)
    }
    guard let formed, formed.registry.records == snapshot.records else {
      throw RPCError(
        .failedPrecondition,
        "spans: they were looked for in other texts: put back the collections of then, "
          + "--\(AttributionSettings.collections)")
    }
    guard try formed.lines(texts) == spans.lines else {
      throw RPCError(.invalidArgument, "spans: the texts registered in \(snapshot.size) entries have others")
    }
  }
}
