import Cryptography
import Foundation
import MerkleLog
import RPC
import Receipts
import Wire

/// The registry of a suite: its log, and the rows that attribution has of it.
struct RegistryClient: Sendable {
  private let log: LogReader
  private let attribution: LedgerReader
  private let policy: CheckpointPolicy

  /// Runs `work` with the storage and the attribution of a data folder.
  static func with<T: Sendable>(_ data: DataOption, _ work: (RegistryClient) async throws -> T) async throws -> T {
    let storage = try await ServiceAccess("storage", data)
    let result: Result<T, any Error>
    do {
      let policy = try TrustPolicy(try Files.bytes(data.trust.path)).log
      let log = try LogReader(storage.url, data)
      result = .success(
        try await LedgerReader.with(data) { ledger in
          try await work(RegistryClient(log: log, attribution: ledger, policy: policy))
        })
    } catch { result = .failure(error) }
    await storage.close()
    return try result.get()
  }

  /// Registers a statement in the log and returns the index that the log proves.
  func register(_ signed: SignedStatement) async throws -> UInt64 {
    try proven(try await log.call(StorageProcedures.append, AppendRequest(statement: signed.bytes)), signed.digest)
  }

  /// The registry as the log makes it, up to its present size.
  func read() async throws -> RegistryReader {
    try await follow()
    return try await attribution.registry()
  }

  /// The same with the tree that it is of.
  func readWithHead() async throws -> (RegistryReader, RegistrySnapshot) {
    let head = try await head()
    return (try await read(), RegistrySnapshot(size: head.size, root: head.root))
  }

  /// The registry of a suite whose log had a tree; nil where it did not.
  static func read(_ data: DataOption, ofLogWith snapshot: RegistrySnapshot) async throws -> RegistryReader? {
    try await with(data) { client in
      let reader = try await client.read()
      return try await client.had(snapshot) ? reader : nil
    }
  }

  private func head() async throws -> LogHead {
    LogHead(try await log.checkpoint(policy).checkpoint, vkey: policy.logKey.description)
  }

  /// Attribution follows the log when it is asked to; where it has no address of it, it gets here what is new, each page of
  /// it proven.
  private func follow() async throws {
    let latest = try await head()
    let known = try await attribution.call(
      AttributionProcedures.listContributions, ListContributionsRequest(start: .max)
    ).logSize
    var followed = try await attribution.call(
      AttributionProcedures.followLog, FollowLogRequest(start: known, end: known)
    ).logSize
    while followed < latest.size {
      let page: ContributionFeed.Page
      do { page = try await ContributionFeed(source).page(from: followed, to: latest) } catch let error
        as LogStretchError
      { throw Failure("storage: \(error)", status: 65) }
      followed = try await attribution.call(
        AttributionProcedures.followLog,
        FollowLogRequest(
          start: page.start, end: page.head.size,
          contributions: page.contributions.map { LoggedContribution(index: $0.index, statement: $0.statement) })
      ).logSize
    }
  }

  private var source: ContributionFeed.Source {
    ContributionFeed.Source(
      tile: { try await log.tile($0) },
      path: { old, new in
        try await log.call(StorageProcedures.getConsistency, GetConsistencyRequest(oldSize: old, newSize: new)).path
      }, statement: { try await log.statement($0) })
  }

  /// Whether the log had this tree. Errors: `Failure` where storage gives no proof of it.
  func had(_ snapshot: RegistrySnapshot) async throws -> Bool {
    let latest = try await head()
    let named = LogHead(
      origin: latest.origin, vkey: latest.vkey, size: snapshot.size, root: snapshot.root)
    do { try await named.requireContinuation(to: latest, path: source.path) } catch is LogHeadError { return false }
    return true
  }

  private func proven(_ inclusion: Inclusion, _ entry: Digest32) throws -> UInt64 {
    do {
      let proof = try TlogProof(parsing: Array(inclusion.tlogProof.utf8))
        .keeping(only: [policy.logKey] + policy.witnesses)
      _ = try proof.verify(entry: entry.bytes, policy: policy, requiringQuorum: false)
      return proof.index
    } catch { throw Failure("the log does not prove statement sha256:\(entry.hex): \(error)", status: 65) }
  }
}
