import RPC
import Receipts
import Synchronization
import Wire

@testable import OrchestratorService

extension FakePeers {
  func requestVerdict(_ request: VerdictRequest, _ call: CallContext?) async throws -> VerdictStatus {
    try run(.requestVerdict) {
      if let refusal = state.withLock({ $0.verdictRefusal }) { throw refusal }
      let id = try SignedStatement(request.receiptStatement).statement.subject
      return state.withLock { state in
        state.asked[id] = request
        return state.verdict
      }
    }
  }

  func enlist(_ request: VerdictRequest, _ call: CallContext?) async throws {
    try run(.enlist) {
      if let refusal = state.withLock({ $0.enlistRefusal }) { throw refusal }
      let id = try SignedStatement(request.receiptStatement).statement.subject
      set { $0.enlisted[id] = request }
    }
  }

  func verdict(_ request: GetVerdictRequest, _ call: CallContext?) async throws -> VerdictStatus {
    try run(.verdict) {
      if let refusal = state.withLock({ $0.statusRefusal }) { throw refusal }
      return state.withLock { $0.verdict }
    }
  }
}
