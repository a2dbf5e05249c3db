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

  /// The texts that were registered at a snapshot that somebody names. Errors: a snapshot that the log did not have.
  func registeredSpans(at snapshot: RegistrySnapshot, _ lookup: SpanLookup) async throws -> RegisteredSpans {
    try await requireHad(snapshot, "spans")
    if let formedSpans, formedSpans.registry.size == snapshot.size, formedSpans.registry.root == snapshot.root {
      return formedSpans
    }
    return try await lookup.form(in: registry.registry, at: snapshot, continuing: formedSpans)
  }
}
