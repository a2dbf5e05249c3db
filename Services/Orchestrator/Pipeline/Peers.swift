internal import Logging
internal import RPC
internal import Receipts
internal import Wire

/// The four services that a request passes through, as the pipeline calls them. All calls but `generate` may be repeated.
protocol Peers: Sendable {
  func identity(of peer: Peer) async throws -> Identity

  func listModels() async throws -> [ServedModel]
  func generate(_ request: GenerateRequest, _ call: CallContext?) -> AsyncThrowingStream<GenerateEvent, any Error>
  func cancel(_ receiptID: String) async throws
  func report(_ nonce: [UInt8], _ call: CallContext?) async throws -> AttestationReport

  func keep(_ request: KeepRequest, _ call: CallContext?) async throws -> KeepResponse
  func blob(_ digest: [UInt8], _ call: CallContext?) async throws -> [UInt8]
  func append(_ statement: [UInt8], _ call: CallContext?) async throws -> Inclusion
  func inclusion(_ statementDigest: [UInt8], _ call: CallContext?) async throws -> Inclusion
  func consistency(old: UInt64, new: UInt64) async throws -> Consistency
  func checkpoint() async throws -> String
  func tile(_ path: String) async throws -> [UInt8]
  func logKeys() async throws -> LogKeys

  func attribute(_ request: AttributeRequest, _ call: CallContext?) async throws -> AttributeResponse
  func policy(of receipt: ReceiptID, _ call: CallContext?) async throws -> [UInt8]
  func balance(of contributor: String, _ call: CallContext?) async throws -> LedgerBalance
  func credits(_ request: ListCreditsRequest, _ call: CallContext?) async throws -> [CreditedAmount]
  func findOwners(_ request: FindOwnersRequest, _ call: CallContext?) async throws -> FindOwnersResponse
  func findSpans(
    _ request: FindSpansRequest, within budget: Duration, _ call: CallContext?
  ) async throws -> FindSpansResponse
  func findNearest(
    _ request: FindNearestRequest, within budget: Duration, _ call: CallContext?
  ) async throws -> FindNearestResponse
  /// Both for documents of collections.
  func embed(_ request: EmbedRequest, within timeout: Duration, _ call: CallContext?) async throws -> EmbedResponse
  func retrieve(
    _ request: RetrieveRequest, within timeout: Duration, _ call: CallContext?
  ) async throws -> [CollectionRecord]
  func settle(_ request: SettleRequest, _ call: CallContext?) async throws

  func reexecute(_ request: ReexecuteRequest, _ call: CallContext?) async throws -> ReexecuteResponse
  func scoreDocuments(
    _ request: ReexecuteRequest, within budget: Duration, _ call: CallContext?
  ) async throws -> DocumentValues
  func requestVerdict(_ request: VerdictRequest, _ call: CallContext?) async throws -> VerdictStatus
  func enlist(_ request: VerdictRequest, _ call: CallContext?) async throws
  func verdict(_ request: GetVerdictRequest, _ call: CallContext?) async throws -> VerdictStatus
}

enum Peer: String, CaseIterable, Sendable {
  case inference, verification, storage, attribution
}
