internal import Logging
internal import RPC
internal import Receipts
internal import ServiceKit
internal import Wire

/// The peers behind their addresses.
struct RemotePeers: Peers {
  /// A request body twice (as a whole and as its messages), the answer, and statements.
  static let messageBytesMax = 64 << 20

  let inference: RPCClient
  private let verification: RPCClient
  private let storage: RPCClient
  let attribution: RPCClient
  private let generateTimeout: Duration
  private let reexecuteTimeout: Duration
  private let timeout: Duration = .seconds(30)

  init(_ context: ServiceContext) throws {
    func client(_ peer: Peer) throws -> RPCClient {
      try context.client(peer: OrchestratorSettings.url(of: peer)) { options in
        options.limits.maxBytes = Self.messageBytesMax
        options.limits.maxMemory = 4 * Self.messageBytesMax
      }
    }
    inference = try client(.inference)
    verification = try client(.verification)
    storage = try client(.storage)
    attribution = try client(.attribution)
    generateTimeout = try context.settings.duration("generate-timeout")
    reexecuteTimeout = try context.settings.duration("verify-timeout")
  }

  func identity(of peer: Peer) async throws -> Identity {
    let (client, procedure) =
      switch peer {
      case .inference: (inference, InferenceProcedures.getIdentity)
      case .verification: (verification, VerificationProcedures.getIdentity)
      case .storage: (storage, StorageProcedures.getIdentity)
      case .attribution: (attribution, AttributionProcedures.getIdentity)
      }
    return try await client.call(procedure, IdentityRequest(), timeout: .seconds(2))
  }

  func listModels() async throws -> [ServedModel] {
    try await inference.call(InferenceProcedures.listModels, ListModelsRequest(), timeout: timeout).models
  }

  func generate(_ request: GenerateRequest, _ call: CallContext?) -> AsyncThrowingStream<GenerateEvent, any Error> {
    inference.stream(InferenceProcedures.generate, request, timeout: generateTimeout, context: call)
  }

  func cancel(_ receiptID: String) async throws {
    _ = try await inference.call(
      InferenceProcedures.cancel, CancelRequest(receiptID: receiptID), timeout: .seconds(5))
  }

  func report(_ nonce: [UInt8], _ call: CallContext?) async throws -> AttestationReport {
    try await inference.call(
      InferenceProcedures.getReport, GetReportRequest(nonce: nonce), timeout: timeout, context: call)
  }

  func keep(_ request: KeepRequest, _ call: CallContext?) async throws -> KeepResponse {
    try await storage.call(StorageProcedures.keep, request, timeout: timeout, context: call)
  }

  func blob(_ digest: [UInt8], _ call: CallContext?) async throws -> [UInt8] {
    try await storage.call(
      StorageProcedures.getBlob, GetBlobRequest(digest: digest), timeout: timeout, context: call
    ).data
  }

  func append(_ statement: [UInt8], _ call: CallContext?) async throws -> Inclusion {
    try await storage.call(
      StorageProcedures.append, AppendRequest(statement: statement), timeout: timeout, context: call)
  }

  func inclusion(_ statementDigest: [UInt8], _ call: CallContext?) async throws -> Inclusion {
    try await storage.call(
      StorageProcedures.getInclusion, GetInclusionRequest(statementDigest: statementDigest), timeout: timeout,
      context: call)
  }

  func consistency(old: UInt64, new: UInt64) async throws -> Consistency {
    try await storage.call(
      StorageProcedures.getConsistency, GetConsistencyRequest(oldSize: old, newSize: new), timeout: timeout)
  }

  func checkpoint() async throws -> String {
    try await storage.call(StorageProcedures.getCheckpoint, GetCheckpointRequest(), timeout: timeout).note
  }

  func tile(_ path: String) async throws -> [UInt8] {
    try await storage.call(StorageProcedures.getTile, GetTileRequest(path: path), timeout: timeout).data
  }

  func logKeys() async throws -> LogKeys {
    try await storage.call(StorageProcedures.getLogKeys, GetLogKeysRequest(), timeout: timeout)
  }

  func attribute(_ request: AttributeRequest, _ call: CallContext?) async throws -> AttributeResponse {
    try await attribution.call(AttributionProcedures.attribute, request, timeout: timeout, context: call)
  }

  func policy(of receipt: ReceiptID, _ call: CallContext?) async throws -> [UInt8] {
    try await attribution.call(
      AttributionProcedures.getPolicy, GetPolicyRequest(receiptID: receipt.description), timeout: .seconds(5),
      context: call
    ).policyStatement
  }

  func balance(of contributor: String, _ call: CallContext?) async throws -> LedgerBalance {
    try await attribution.call(
      AttributionProcedures.getBalance, GetBalanceRequest(contributor: contributor), timeout: timeout, context: call)
  }

  func credits(_ request: ListCreditsRequest, _ call: CallContext?) async throws -> [CreditedAmount] {
    try await attribution.call(AttributionProcedures.listCredits, request, timeout: timeout, context: call).credits
  }

  func findOwners(_ request: FindOwnersRequest, _ call: CallContext?) async throws -> FindOwnersResponse {
    // Classes of near copies of an earlier log are formed for the call.
    let limit = request.logSize == 0 ? Duration.seconds(5) : .seconds(120)
    return try await attribution.call(AttributionProcedures.findOwners, request, timeout: limit, context: call)
  }

  func findSpans(
    _ request: FindSpansRequest, within budget: Duration, _ call: CallContext?
  ) async throws -> FindSpansResponse {
    try await attribution.call(AttributionProcedures.findSpans, request, timeout: budget, context: call)
  }

  func settle(_ request: SettleRequest, _ call: CallContext?) async throws {
    _ = try await attribution.call(AttributionProcedures.settle, request, timeout: timeout, context: call)
  }

  func reexecute(_ request: ReexecuteRequest, _ call: CallContext?) async throws -> ReexecuteResponse {
    try await verification.call(
      VerificationProcedures.reexecute, request, timeout: reexecuteTimeout, context: call)
  }

  func scoreDocuments(
    _ request: ReexecuteRequest, within budget: Duration, _ call: CallContext?
  ) async throws -> DocumentValues {
    try await verification.call(
      VerificationProcedures.scoreDocuments, request, timeout: budget, context: call)
  }

  func requestVerdict(_ request: VerdictRequest, _ call: CallContext?) async throws -> VerdictStatus {
    try await verification.call(VerificationProcedures.requestVerdict, request, timeout: timeout, context: call)
  }

  func enlist(_ request: VerdictRequest, _ call: CallContext?) async throws {
    _ = try await verification.call(VerificationProcedures.enlist, request, timeout: timeout, context: call)
  }

  func verdict(_ request: GetVerdictRequest, _ call: CallContext?) async throws -> VerdictStatus {
    try await verification.call(VerificationProcedures.getVerdict, request, timeout: timeout, context: call)
  }
}
