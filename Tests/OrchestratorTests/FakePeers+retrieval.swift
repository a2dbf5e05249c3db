import Cryptography
import RPC
import Synchronization
import Wire

@testable import OrchestratorService

extension FakePeers {
  static let encoder = SHA256.hash([9]).bytes

  func embed(_ request: EmbedRequest, within timeout: Duration, _ call: CallContext?) async throws -> EmbedResponse {
    try run(.embed) {
      if let refusal = state.withLock({ $0.script.embedRefusal }) { throw refusal }
      guard request.texts.count == 1, request.texts[0].utf8.count <= 65_536, timeout > .zero else {
        throw RPCError(.invalidArgument, "\(request.texts.count) texts")
      }
      return EmbedResponse(model: Self.encoder, width: 2, vectors: [1, 2])
    }
  }

  func retrieve(
    _ request: RetrieveRequest, within timeout: Duration, _ call: CallContext?
  ) async throws -> [CollectionRecord] {
    try run(.retrieve) {
      if let refusal = state.withLock({ $0.script.retrieveRefusal }) { throw refusal }
      guard request.model == Self.encoder, request.vector == [1, 2], timeout > .zero else {
        throw RPCError(.invalidArgument, "another vector")
      }
      guard let records = state.withLock({ $0.script.records[request.collection] }) else {
        throw RPCError(.notFound, "No collection '\(request.collection)' is registered in the log.")
      }
      return Array(records.prefix(Int(request.count)))
    }
  }
}
