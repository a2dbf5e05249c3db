import Codec
import Cryptography
import Foundation
import Logging
import MerkleLog
import RPC
import Receipts
import Stores
import Synchronization
import Wire

@testable import VerificationService

/// Storage in memory, as the queue sees it: blobs by digest, and a log with real checkpoints.
final class FakeStorage: Sendable {
  struct State {
    var blobs: [Digest32: [UInt8]] = [:]
    var entries: [[UInt8]] = [[0]]
    /// Where each entry was put. A test may take entries away, and bring them back.
    fileprivate var places: [Digest32: Int] = [:]
    /// The root of every checkpoint, where a test fixes it: that of the entries is another in each run.
    var root: Digest32?
    /// Calls that fail before they do anything, and after they did everything.
    var failuresBefore = 0
    var failuresAfter = 0

    func index(of digest: Digest32) -> UInt64? {
      places[digest].flatMap { $0 < entries.count ? UInt64($0) : nil }
    }
  }

  let state = Mutex(State())
  let signer: NoteSigner

  init() throws { signer = try NoteSigner(name: "log.example/queue", key: .generate()) }

  func put(_ bytes: [UInt8]) -> Digest32 {
    let digest = SHA256.hash(bytes)
    state.withLock { $0.blobs[digest] = bytes }
    return digest
  }

  /// The same bytes have one index for ever.
  func append(_ statement: [UInt8]) -> UInt64 {
    state.withLock { state in
      let digest = SHA256.hash(statement)
      if let known = state.index(of: digest) { return known }
      state.places[digest] = state.entries.count
      state.entries.append(statement)
      return UInt64(state.entries.count - 1)
    }
  }

  /// Verdicts in the log, by receipt id.
  func verdicts() throws -> [String: [VerdictPredicate]] {
    var found: [String: [VerdictPredicate]] = [:]
    for entry in state.withLock({ $0.entries }).dropFirst() {
      guard let signed = try? SignedStatement(entry), signed.statement.kind == .verdict else { continue }
      found[signed.statement.subject, default: []].append(try VerdictPredicate(signed.statement.predicate))
    }
    return found
  }

  private func call<T>(_ work: () throws -> T) throws -> T {
    func fails(_ path: any WritableKeyPath<State, Int> & Sendable) -> Bool {
      state.withLock { state in
        guard state[keyPath: path] > 0 else { return false }
        state[keyPath: path] -= 1
        return true
      }
    }
    if fails(\.failuresBefore) { throw RPCError(.unavailable, "storage is down") }
    let value = try work()
    if fails(\.failuresAfter) { throw RPCError(.unavailable, "the answer is lost") }
    return value
  }

  var access: LogAccess {
    LogAccess(
      blob: { [self] digest in
        try call {
          guard let bytes = state.withLock({ $0.blobs[digest] }) else { throw RPCError(.notFound, "no blob") }
          return bytes
        }
      },
      append: { [self] statement in try call { append(statement) } },
      index: { [self] digest in
        try call {
          guard let at = state.withLock({ $0.index(of: digest) }) else {
            throw RPCError(.notFound, "no such entry")
          }
          return at
        }
      },
      checkpoint: { [self] in
        try call {
          let (entries, fixed) = state.withLock { ($0.entries, $0.root) }
          let leaves = entries.map { TreeHash.leaf(SHA256.hash($0).bytes) }
          let head = try Checkpoint(
            origin: signer.verifierKey.name, size: UInt64(leaves.count), root: fixed ?? MerkleTree.root(leaves[...]))
          return (try head.signed(by: signer), head.size)
        }
      })
  }
}

/// A verification service with its queue in a folder of its own, and receipts to ask it about.
struct QueueWorld {
  let storage: FakeStorage
  let folder: TemporaryFolder
  let custodian: SigningKey
  let clock = Clock()

  /// Milliseconds since 1970, which a test moves.
  final class Clock: Sendable {
    let now = Atomic<Int64>(1_800_000_000_000)
  }

  /// - Parameter custodian: who signs receipts and custody; a fresh key unless given.
  init(custodian: SigningKey? = nil) throws {
    (storage, folder) = (try FakeStorage(), try TemporaryFolder())
    self.custodian = try custodian ?? .generate()
  }

  /// The queue as a process that starts now has it: nothing but the rows. The model stays loaded.
  ///
  /// - Parameter change: of the settings of a service of its own, with no model loaded yet.
  func start(_ change: ((inout VerificationSettings) -> Void)? = nil) async throws -> (VerdictWorker, DrawKeeper) {
    let clock = clock
    var queue = VerdictQueue(
      store: try await VerdictStore(.sqlite(path: "\(folder.path)/verdicts.sqlite")), log: storage.access,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    queue.now = { clock.now.load(ordering: .relaxed) }
    var service = try await VerificationFixture.suite().verification
    if let change {
      var settings = service.settings
      change(&settings)
      service = try VerificationService(settings: settings, issuer: service.issuer, key: service.key)
    }
    return (VerdictWorker(service: service, queue: queue), DrawKeeper(service: service, queue: queue))
  }

  /// A receipt of this execution in the log, with what custody keeps of it in storage.
  func receipt(
    _ execution: Execution, _ policy: VerificationPolicy = .onDemand, isPending: Bool = false
  ) throws -> VerdictRequest {
    let statement = try execution.statement
    let openings = execution.openings.values.map(\.blob) + [try Opening(salt: SHA256.hash([9]).bytes, data: [1]).blob]
    let kept =
      [(statement.bytes, RetentionClass.statement), (execution.modelStatement, .model)]
      + openings.map { ($0, .opening) }
    for (bytes, _) in kept { _ = storage.put(bytes) }
    let id = execution.predicate.receiptID
    let custody = try sign(
      .custody, id, statement.digest,
      CustodyPredicate(
        receiptID: id,
        blobs: kept.map { .init(name: SHA256.hash($0.0), bytes: UInt64($0.0.count), retention: $0.1) },
        keptUnixMs: 1
      ).json)
    let predicate = ReceiptPredicate(
      receiptID: id, outcome: .answered, sequence: 1, request: execution.predicate.request,
      statements: .init(
        execution: statement.digest, custody: SHA256.hash(custody), attribution: nil, verdict: nil),
      delivery: .body(SHA256.hash([3])), errorCode: nil, priceNano: 0, acceptedUnixMs: 1,
      verification: policy == .always ? nil : policy, isAttributionPending: isPending)
    let receipt = try sign(.receipt, id, predicate.subjectDigest, predicate.json)
    return VerdictRequest(receiptStatement: receipt, custodyStatement: custody, index: storage.append(receipt))
  }

  private func sign(_ kind: StatementKind, _ id: ReceiptID, _ digest: Digest32, _ json: JSON) throws -> [UInt8] {
    try SignedStatement(
      signing: Statement(
        kind: kind, issuer: "https://storage.example", subject: id.description, subjectDigest: digest, issuedAt: 1,
        predicate: json), with: custodian
    ).bytes
  }
}

extension Execution {
  /// The same answer to another request: what was committed to does not depend on the receipt's id.
  func under(_ number: Int) throws -> Execution {
    var other = self
    try other.forge { predicate in
      predicate.receiptID = ReceiptID(unixMs: UInt64(number), random: [UInt8](repeating: 3, count: 10))
    }
    return other
  }
}
