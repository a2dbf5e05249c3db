import Credit
import RPC
import Receipts
import Synchronization
import Wire

@testable import OrchestratorService

extension FakePeers {
  static func nearestPolicy() throws -> AttributionPolicy {
    try AttributionPolicy(
      id: "nearest/1",
      roles: [
        PolicyRole(
          role: "records", basisPoints: 5_000,
          method: .nearest(
            NearestParameters(.nearest(KNNShapley(neighbours: 5)), shift: 8, nearBasisPoints: 9_500))),
        PolicyRole(role: "lineage", basisPoints: 5_000, method: .lineage),
      ])
  }

  func findNearest(
    _ request: FindNearestRequest, within budget: Duration, _ call: CallContext?
  ) async throws -> FindNearestResponse {
    try run(.nearest) {
      guard !request.texts.isEmpty else { throw RPCError(.invalidArgument, "no texts") }
      state.withLock { $0.nearestAsked.append(request.logSize) }
      return FindNearestResponse(nearest: state.withLock { $0.script.nearest })
    }
  }
}
