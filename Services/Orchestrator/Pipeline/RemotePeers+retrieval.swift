internal import RPC
internal import Wire

extension RemotePeers {
  func embed(_ request: EmbedRequest, within timeout: Duration, _ call: CallContext?) async throws -> EmbedResponse {
    try await inference.call(InferenceProcedures.embed, request, timeout: timeout, context: call)
  }

  func findNearest(
    _ request: FindNearestRequest, within budget: Duration, _ call: CallContext?
  ) async throws -> FindNearestResponse {
    try await attribution.call(AttributionProcedures.findNearest, request, timeout: budget, context: call)
  }

  func retrieve(
    _ request: RetrieveRequest, within timeout: Duration, _ call: CallContext?
  ) async throws -> [CollectionRecord] {
    try await attribution.call(AttributionProcedures.retrieve, request, timeout: timeout, context: call).documents
  }
}
