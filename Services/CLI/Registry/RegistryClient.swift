import Cryptography
import Foundation
import MerkleLog
import RPC
import Receipts
import Wire

/// The registry of a suite: its log, and the rows that attribution has of it.
struct RegistryClient: Sendable {
  private static let batchBytesMax = 2 << 20
  private static let batchCountMax = 512

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

  /// The registry as the log makes it, up to its present size. Attribution gets what it has not followed yet.
  func read() async throws -> RegistryReader {
    try await follow()
    return try await attribution.registry()
  }

  private func follow() async throws {
    let end = try await log.checkpoint(policy).checkpoint.size
    let status = try await attribution.call(
      AttributionProcedures.listContributions, ListContributionsRequest(start: .max))
    var batch = FollowLogRequest(start: status.logSize)
    var bytes = 0
    func send(to index: UInt64) async throws {
      batch.end = index
      _ = try await attribution.call(AttributionProcedures.followLog, batch)
      batch = FollowLogRequest(start: index)
      bytes = 0
    }
    guard status.logSize < end else { return }
    for number in status.logSize / 256...(end - 1) / 256 {
      guard let tile = Tile.tile(kind: .entries, index: number, inTreeOf: end) else { break }
      for (place, entry) in try tile.entries(in: try await log.tile(tile)).enumerated() {
        let index = number * 256 + UInt64(place)
        guard index >= status.logSize, let statement = try await contribution(entry, index) else { continue }
        if bytes + statement.count > Self.batchBytesMax || batch.contributions.count == Self.batchCountMax {
          try await send(to: index)
        }
        batch.contributions.append(LoggedContribution(index: index, statement: statement))
        bytes += statement.count
      }
    }
    try await send(to: end)
  }

  /// The statement of an entry when it is a contribution that the log proves to be there. One whose statement was erased
  /// can no longer be read by anybody, and is none.
  private func contribution(_ entry: [UInt8], _ index: UInt64) async throws -> [UInt8]? {
    guard let bytes = try await log.statement(Digest32(entry)), let signed = try? SignedStatement(bytes),
      signed.statement.kind == .contribution
    else { return nil }
    let inclusion = try await log.call(
      StorageProcedures.getInclusion, GetInclusionRequest(statementDigest: entry))
    guard try proven(inclusion, signed.digest) == index else {
      throw Failure("storage: entry \(index) is proven at another index", status: 76)
    }
    return bytes
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
