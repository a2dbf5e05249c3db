import Credit
import Cryptography
import RPC
import Receipts
import Synchronization
import Wire

@testable import OrchestratorService

extension FakePeers {
  static func spanPolicy() throws -> AttributionPolicy {
    try AttributionPolicy(
      id: "spans/1",
      roles: [
        PolicyRole(
          role: "texts", basisPoints: 5_000,
          method: .span(
            SpanParameters(
              lengthMin: 2, rarityMin: 0, rarityTable: SHA256.hash([1]), shingle: 2, words: 8, nearBasisPoints: 9_000))
        ),
        PolicyRole(role: "lineage", basisPoints: 5_000, method: .lineage),
      ])
  }

  func findSpans(
    _ request: FindSpansRequest, within budget: Duration, _ call: CallContext?
  ) async throws -> FindSpansResponse {
    try run(.spans) {
      guard !request.texts.isEmpty else { throw RPCError(.invalidArgument, "no texts") }
      state.withLock { $0.spansAsked.append(request.logSize) }
      return FindSpansResponse(spans: state.withLock { $0.script.spans })
    }
  }
}
