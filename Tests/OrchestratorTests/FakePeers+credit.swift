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
      if script.creditsNearest { return nearestPolicyStatement }
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
      if !request.sets.isEmpty {
        set { $0.setsAsked.append(request.sets.count / DocumentSet.byteCount) }
        return DocumentValues(values: DocumentScores.data(Self.drawnValues(request.sets)))
      }
      let values = try state.withLock { $0.script.values } ?? Self.values(of: request)
      guard request.setCount > 0 else { return DocumentValues(values: DocumentScores.data(values)) }
      set { $0.partsAsked.append(request.firstSet) }
      let sets = DocumentSets(of: values.count.trailingZeroBitCount)
      // A lie is told as a whole.
      guard values.count == sets.turns.count else { return DocumentValues(values: DocumentScores.data(values)) }
      let turns = Int(request.firstSet)..<Int(request.firstSet + request.setCount)
      return DocumentValues(values: DocumentScores.data(turns.map { values[sets.set(at: $0)] }))
    }
  }

  /// Each document adds less than the one before it.
  private static func values(of request: ReexecuteRequest) throws -> [Int64] {
    let body = try request.openings.first { $0.field == "request" }.map { try Opening(blob: $0.blob).data }
    let count = try ChatRequest(body: body ?? []).parameters.documents.count
    return (0..<1 << count).map { set in
      (0..<count).reduce(-400_000) { $0 + (set >> $1 & 1 == 1 ? Int64(count - $1) * 1_000 : 0) }
    }
  }

  /// Of named sets: each document adds as much as any.
  private static func drawnValues(_ sets: [UInt8]) -> [Int64] {
    stride(from: 0, to: sets.count, by: DocumentSet.byteCount).map { at in
      let set = DocumentSet(sets[at..<at + DocumentSet.byteCount]) ?? DocumentSet()
      return Int64(set.documents.count) * 1_000 - 400_000
    }
  }

  func attribute(_ request: AttributeRequest, _ call: CallContext?) async throws -> AttributeResponse {
    guard let receipt = ReceiptID(request.receiptID) else { throw RPCError(.invalidArgument, "no receipt id") }
    let policy = try await policy(of: receipt, nil)
    return try run(.attribute) {
      if let known = state.withLock({ $0.shares[request.receiptID] }) {
        guard state.withLock({ $0.scores[request.receiptID] }) == request.scores else {
          throw RPCError(.alreadyExists, "attributed with other scores")
        }
        return known
      }
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
      let nearest =
        try request.nearest.isEmpty
        ? nil : AnswerNearest(opened: Opening(blob: request.nearest), content: Opening(blob: request.content))
      let shares = try computeShares(
        policy: AttributionPolicy(json: SignedStatement(policy).statement.predicate), lineage: manifest.lineage,
        operator: execution.statement.issuer, price: request.priceNano,
        scores: CreditScores.weights(scores, spans, nearest))
      let attribution = AttributionPredicate(
        receiptID: predicate.receiptID, policy: SHA256.hash(policy), manifest: predicate.manifest,
        operatorID: execution.statement.issuer, priceNano: request.priceNano, shares: shares, scores: scores?.stated,
        spans: spans?.stated, nearest: nearest?.stated)
      let answer = AttributeResponse(
        attributionStatement: try sign(
          .attribution, request.receiptID,
          request.receiptStatement.isEmpty ? execution.digest : SHA256.hash(request.receiptStatement), attribution.json),
        policyStatement: policy)
      set { state in
        state.shares[request.receiptID] = answer
        state.scores[request.receiptID] = request.scores
        state.posted[request.receiptID, default: 0] += 1
      }
      return answer
    }
  }

  func findOwners(_ request: FindOwnersRequest, _ call: CallContext?) async throws -> FindOwnersResponse {
    try run(.owners) {
      guard request.documents.allSatisfy({ $0.text.isEmpty && $0.record.count == Digest32.count }) else {
        throw RPCError(.invalidArgument, "texts are given, and this policy looks for no near copies")
      }
      set { $0.ownersAsked.append(request.logSize) }
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
