import Codec
import Credit
import Cryptography
import RPC
import Receipts
import Synchronization
import Wire

@testable import OrchestratorService

/// The four peers in this process: real keys, real statements, a real log, a model that says what a test tells it to.
final class FakePeers: Peers {
  enum Step: String, CaseIterable, Sendable {
    case generate, keep, attribute, reexecute, append, settle, models, checkpoint, blob, requestVerdict, enlist, verdict
    case policy, score, owners, spans, nearest, credits, report, embed, retrieve
  }

  struct Script: Sendable {
    var pieces = ["Two ", "plus \"two\"\n", "is ", "four."]
    var finishReason = FinishReason.stop
    /// Told after the pieces, which are of choice 0.
    var more: [Delta] = []
    /// Choices behind the first, as they are committed.
    var others: [AnswerContent.Choice] = []
    /// Thrown instead of the first event.
    var refusal: RPCError?
    /// Ends the stream with an error after this many pieces.
    var breaksAfter: Int?
    var agrees = true
    /// v(A) of `scoreDocuments`; nil: made from the request's documents.
    var values: [Int64]? = [-400_000, -100_000, -300_000, -50_000]
    /// Whether attribution's policy has `context-shapley/1`.
    var creditsDocuments = false
    /// Of the documents, as attribution finds it; empty where it follows no log.
    var ownership: [UInt8] = []
    /// Whether attribution's policy has `span/1`.
    var creditsSpans = false
    /// Of the answer, as attribution finds them; empty where it follows no log.
    var spans: [UInt8] = []
    /// Whether attribution's policy has `knn-shapley/1`.
    var creditsNearest = false
    /// Of the answer, as attribution finds them.
    var nearest: [UInt8] = []
    /// Of collections, nearest first.
    var records: [String: [CollectionRecord]] = [:]
    /// What inference and attribution say instead of finding them.
    var embedRefusal: RPCError?
    var retrieveRefusal: RPCError?
  }

  struct State: Sendable {
    var script = Script()
    /// How often each step fails yet: before it does anything, and after it did everything.
    var failuresBefore: [Step: Int] = [:]
    var failuresAfter: [Step: Int] = [:]
    var calls: [Step: Int] = [:]
    var blobs: [Digest32: [UInt8]] = [:]
    var settled: [String: UInt64] = [:]
    var cancelled: Set<String> = []
    var custody: [String: KeepResponse] = [:]
    var shares: [String: AttributeResponse] = [:]
    /// Scores of what was attributed, how often something new was posted for a receipt, and what parts of the values and what
    /// size of the log were asked for.
    var scores: [String: [UInt8]] = [:]
    var posted: [String: Int] = [:]
    var partsAsked: [UInt32] = []
    var ownersAsked: [UInt64] = []
    /// How many sets were named, call by call.
    var setsAsked: [Int] = []
    var spansAsked: [UInt64] = []
    var nearestAsked: [UInt64] = []
    /// Told to verification, by receipt id.
    var asked: [String: VerdictRequest] = [:]
    var enlisted: [String: VerdictRequest] = [:]
    var enlistRefusal: RPCError?
    var verdictRefusal: RPCError?
    var statusRefusal: RPCError?
    /// What verification answers about any receipt.
    var verdict = VerdictStatus(state: "queued")
    /// What executions name, and storage has.
    var evidence: Digest32?
    /// What inference answers to a nonce.
    var report: @Sendable ([UInt8]) throws -> AttestationReport = { _ in
      throw RPCError(.failedPrecondition, "no evidence")
    }
    /// Of every contributor.
    var credits: [CreditedAmount] = []
  }

  static let model = "tiny-test"
  static let issuers = [
    "execution": "https://inference.test", "custody": "https://storage.test", "attribution": "https://attribution.test",
    "verdict": "https://verification.test", "model": "https://operator.test",
  ]

  let log: FakeLog
  let keys: [String: SigningKey]
  let manifest: ModelManifest
  let modelStatement: [UInt8]
  let policyStatement: [UInt8]
  let documentPolicyStatement: [UInt8]
  let spanPolicyStatement: [UInt8]
  let nearestPolicyStatement: [UInt8]
  let state = Mutex(State())

  init() throws {
    log = try FakeLog()
    keys = try Self.issuers.mapValues { _ in try SigningKey.generate() }
    manifest = ModelManifest(
      id: Self.model, name: "Tiny", architecture: "llama", fileName: "tiny.gguf", fileDigest: SHA256.hash([1]),
      fileBytes: 1, quantization: "Q4_1", template: SHA256.hash([2]), profile: ExecutionPredicate.profileExact,
      contextLength: 2048, licence: "none",
      lineage: try Lineage(
        root: "m", nodes: [LineageNode(id: "m", kind: .model, name: "Tiny", contributor: "alice")]))
    guard let modelKey = keys["model"], let creditKey = keys["attribution"] else { throw RPCError(.internal, "no key") }
    modelStatement = try SignedStatement(
      signing: manifest.statement(issuer: "https://operator.test", issuedAt: 1), with: modelKey
    ).bytes
    func signed(_ policy: AttributionPolicy) throws -> [UInt8] {
      try SignedStatement(
        signing: Statement(
          kind: .policy, issuer: "https://attribution.test", subject: policy.id,
          subjectDigest: SHA256.hash(try JCS.encode(policy.json)), issuedAt: 1, predicate: policy.json),
        with: creditKey
      ).bytes
    }
    policyStatement = try signed(.standard)
    documentPolicyStatement = try signed(Self.documentPolicy)
    spanPolicyStatement = try signed(Self.spanPolicy())
    nearestPolicyStatement = try signed(Self.nearestPolicy())
  }

  func set(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }
  func calls(_ step: Step) -> Int { state.withLock { $0.calls[step] ?? 0 } }

  /// Runs a step, failing before or after it as the script says.
  func run<Value>(_ step: Step, _ work: () throws -> Value) throws -> Value {
    let failsBefore = state.withLock { state in
      state.calls[step, default: 0] += 1
      return Self.count(&state.failuresBefore, step)
    }
    if failsBefore { throw RPCError(.unavailable, "\(step) is down") }
    let value = try work()
    if state.withLock({ Self.count(&$0.failuresAfter, step) }) { throw RPCError(.unavailable, "\(step) answer lost") }
    return value
  }

  private static func count(_ failures: inout [Step: Int], _ step: Step) -> Bool {
    guard let left = failures[step], left > 0 else { return false }
    failures[step] = left - 1
    return true
  }

  func sign(_ kind: StatementKind, _ id: String, _ subject: Digest32, _ predicate: JSON) throws -> [UInt8] {
    guard let key = keys[kind.rawValue], let issuer = Self.issuers[kind.rawValue] else {
      throw RPCError(.internal, "no key of \(kind)")
    }
    let statement = Statement(
      kind: kind, issuer: issuer, subject: id, subjectDigest: subject, issuedAt: 1, predicate: predicate)
    return try SignedStatement(signing: statement, with: key).bytes
  }

  func identity(of peer: Peer) async throws -> Identity { Identity(issuer: peer.rawValue) }

  func listModels() async throws -> [ServedModel] {
    try run(.models) {
      [
        ServedModel(
          id: Self.model, manifestDigest: try manifest.digest().bytes, modelStatement: modelStatement,
          contextLength: 2048, createdUnixMs: 1_700_000_000_000)
      ]
    }
  }

  func cancel(_ receiptID: String) async throws { set { $0.cancelled.insert(receiptID) } }

  func keep(_ request: KeepRequest, _ call: CallContext?) async throws -> KeepResponse {
    try run(.keep) {
      let claim = request.receiptID + Hex.encode(request.subjectDigest)
      if let known = state.withLock({ $0.custody[claim] }) { return known }
      let kept = try request.blobs.map { blob in
        guard let retention = RetentionClass.allCases.first(where: { "\($0)" == "\(blob.retention)" }) else {
          throw RPCError(.invalidArgument, "a blob has no retention class")
        }
        return CustodyPredicate.KeptBlob(
          name: SHA256.hash(blob.data), bytes: UInt64(blob.data.count), retention: retention)
      }
      guard let id = ReceiptID(request.receiptID) else { throw RPCError(.invalidArgument, "no receipt id") }
      let predicate = CustodyPredicate(receiptID: id, blobs: kept, keptUnixMs: 1)
      let answer = KeepResponse(
        custodyStatement: try sign(.custody, request.receiptID, Digest32(request.subjectDigest), predicate.json),
        digests: kept.map(\.name.bytes))
      set { state in
        for blob in request.blobs { state.blobs[SHA256.hash(blob.data)] = blob.data }
        state.custody[claim] = answer
      }
      return answer
    }
  }

  func blob(_ digest: [UInt8], _ call: CallContext?) async throws -> [UInt8] {
    try run(.blob) {
      let name = try Digest32(digest)
      guard let blob = state.withLock({ $0.blobs[name] }) else { throw RPCError(.notFound, "no blob") }
      return blob
    }
  }

  func append(_ statement: [UInt8], _ call: CallContext?) async throws -> Inclusion {
    try run(.append) { try log.append(statement) }
  }

  func inclusion(_ statementDigest: [UInt8], _ call: CallContext?) async throws -> Inclusion {
    try log.inclusion(of: statementDigest)
  }

  func consistency(old: UInt64, new: UInt64) async throws -> Consistency { log.consistency(old: old, new: new) }
  func checkpoint() async throws -> String { try run(.checkpoint) { try log.checkpoint() } }
  func logKeys() async throws -> LogKeys { log.keys }

  func tile(_ path: String) async throws -> [UInt8] {
    guard path == "tile/0/000.p/1" else { throw RPCError(.notFound, "no tile") }
    return [1, 2, 3]
  }

  func settle(_ request: SettleRequest, _ call: CallContext?) async throws {
    try run(.settle) { set { $0.settled[request.receiptID] = request.index } }
  }

  func reexecute(_ request: ReexecuteRequest, _ call: CallContext?) async throws -> ReexecuteResponse {
    try run(.reexecute) {
      let names = Set(request.openings.map(\.field))
      guard names.isSuperset(of: ["request", "content", "tokens", "activation"]), !names.contains("wire") else {
        throw RPCError(.invalidArgument, "openings are \(names)")
      }
      let execution = try SignedStatement(request.executionStatement)
      let predicate = try ExecutionPredicate(execution.statement.predicate)
      let agrees = state.withLock { $0.script.agrees }
      let verdict = VerdictPredicate(
        receiptID: predicate.receiptID, profile: predicate.profile, execution: execution.digest,
        result: agrees ? .pass : .fail, positions: predicate.completionTokens)
      return ReexecuteResponse(
        verdictStatement: try sign(.verdict, predicate.receiptID.description, execution.digest, verdict.json),
        agrees: agrees)
    }
  }
}
