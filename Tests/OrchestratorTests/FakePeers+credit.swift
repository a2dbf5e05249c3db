import Codec
import Credit
import Cryptography
import RPC
import Receipts
import Synchronization
import Wire

@testable import OrchestratorService

extension FakePeers {
  static let documentPolicy: AttributionPolicy = {
    do {
      return try AttributionPolicy(
        id: "documents/1",
        roles: [
          PolicyRole(role: "documents", basisPoints: 6_000, method: .contextShapley),
          PolicyRole(role: "lineage", basisPoints: 4_000, method: .lineage),
        ])
    } catch { preconditionFailure("\(error)") }
  }()

  func policy(of receipt: ReceiptID, _ call: CallContext?) async throws -> [UInt8] {
    try run(.policy) {
      let script = state.withLock { $0.script }
      if script.creditsSpans { return spanPolicyStatement }
      return script.creditsDocuments ? documentPolicyStatement : policyStatement
    }
  }

  func scoreDocuments(
    _ request: ReexecuteRequest, within budget: Duration, _ call: CallContext?
  ) async throws -> DocumentValues {
    try run(.score) {
      let names = Set(request.openings.map(\.field))
      guard names.isSuperset(of: ["request", "content", "tokens", "activation"]), !names.contains("wire") else {
        throw RPCError(.invalidArgument, "openings are \(names)")
      }
      return DocumentValues(values: DocumentScores.data(state.withLock { $0.script.values }))
    }
  }

  func attribute(_ request: AttributeRequest, _ call: CallContext?) async throws -> AttributeResponse {
    guard let receipt = ReceiptID(request.receiptID) else { throw RPCError(.invalidArgument, "no receipt id") }
    let policy = try await policy(of: receipt, nil)
    return try run(.attribute) {
      if let known = state.withLock({ $0.shares[request.receiptID] }) { return known }
      let execution = try SignedStatement(request.executionStatement)
      let predicate = try ExecutionPredicate(execution.statement.predicate)
      let scores =
        try request.scores.isEmpty
        ? nil
        : DocumentScores(
          Opening(blob: request.scores),
          sources: request.documents.map {
            DocumentSource(
              contributor: $0.contributor, asset: $0.asset.isEmpty ? nil : $0.asset, record: try? Digest32($0.record))
          })
      let spans =
        try request.spans.isEmpty
        ? nil : AnswerSpans(opened: Opening(blob: request.spans), content: Opening(blob: request.content))
      let shares = try computeShares(
        policy: AttributionPolicy(json: SignedStatement(policy).statement.predicate), lineage: manifest.lineage,
        operator: execution.statement.issuer, price: request.priceNano,
        scores: [DocumentScores.method: scores?.weights ?? [], AnswerSpans.method: spans?.weights ?? []])
      let attribution = AttributionPredicate(
        receiptID: predicate.receiptID, policy: SHA256.hash(policy), manifest: predicate.manifest,
        operatorID: execution.statement.issuer, priceNano: request.priceNano, shares: shares, scores: scores?.stated,
        spans: spans?.stated)
      let answer = AttributeResponse(
        attributionStatement: try sign(.attribution, request.receiptID, execution.digest, attribution.json),
        policyStatement: policy)
      set { $0.shares[request.receiptID] = answer }
      return answer
    }
  }

  func findOwners(_ request: FindOwnersRequest, _ call: CallContext?) async throws -> FindOwnersResponse {
    try run(.owners) {
      guard request.documents.allSatisfy({ $0.text.isEmpty && $0.record.count == Digest32.count }) else {
        throw RPCError(.invalidArgument, "texts are given, and this policy looks for no near copies")
      }
      return FindOwnersResponse(ownership: state.withLock { $0.script.ownership })
    }
  }

  func balance(of contributor: String, _ call: CallContext?) async throws -> LedgerBalance {
    LedgerBalance(contributor: contributor, pendingNano: 0, settledNano: 7)
  }

  func credits(_ request: ListCreditsRequest, _ call: CallContext?) async throws -> [CreditedAmount] {
    try run(.credits) { state.withLock { $0.credits }.filter { $0.entry > request.afterEntry } }
  }
}
