import Codec
import Cryptography
import Foundation
import MerkleLog
import RPC
import Receipts
import Synchronization
import Wire

/// Calls of many callers at a goal rate, and what came back.
struct HammerLoad: Sendable {
  private static let timeout = Duration.seconds(30)

  /// One answered call.
  struct Answer: Sendable {
    let entry: Digest32
    let inclusion: Inclusion
    let isWrite: Bool
    let latency: Duration
  }

  /// What the callers share: the number of the next statement, and the entries that are there to be read.
  private final class Shared: Sendable {
    let next = Atomic(0)
    let written = Mutex<[Digest32]>([])
  }

  let storage: RPCClient
  let key: HammerKey
  let callers: Int
  let rate: Int
  let count: Int
  let reads: Int

  func run() async throws -> HammerResult {
    let keys = try await storage.call(StorageProcedures.getLogKeys, GetLogKeysRequest(), timeout: Self.timeout)
    let prefix = Hex.encode(try SecureRandom.bytes(6))
    let statements = try (0..<count).map { try key.statement("\(prefix)-\($0)") }
    let clock = ContinuousClock()
    let begun = clock.now
    let (answers, failures) = await call(statements, from: begun)
    let took = clock.now - begun
    var result = HammerResult(answers: answers, failures: failures, duration: took, callers: callers)
    result.verify(answers, keys)
    return result
  }

  private func call(
    _ statements: [SignedStatement], from begun: ContinuousClock.Instant
  ) async -> (answers: [Answer], failures: [String]) {
    let shared = Shared()
    return await withTaskGroup(of: (answers: [Answer], failures: [String]).self) { group in
      for _ in 0..<callers {
        group.addTask { await caller(statements, shared, begun) }
      }
      return await group.reduce(into: ([], [])) {
        $0.0 += $1.answers
        $0.1 += $1.failures
      }
    }
  }

  /// One caller: takes the next statement until there is none; after some writes it reads.
  private func caller(
    _ statements: [SignedStatement], _ shared: Shared, _ begun: ContinuousClock.Instant
  ) async -> (answers: [Answer], failures: [String]) {
    var result: (answers: [Answer], failures: [String]) = ([], [])
    while true {
      let number = shared.next.add(1, ordering: .relaxed).oldValue
      guard number < statements.count else { return result }
      if rate > 0 { try? await Task.sleep(until: begun + Duration.seconds(1) * number / rate, clock: .continuous) }
      let statement = statements[number]
      await time(statement.digest, isWrite: true, &result) {
        try await storage.call(
          StorageProcedures.append, AppendRequest(statement: statement.bytes), timeout: Self.timeout)
      }
      if reads > 0 {
        let known = shared.written.withLock { known in
          known.append(statement.digest)
          return known.randomElement()
        }
        if let known, Int.random(in: 0..<100) < reads * 100 / (100 - reads) {
          await time(known, isWrite: false, &result) {
            try await storage.call(
              StorageProcedures.getInclusion, GetInclusionRequest(statementDigest: known.bytes), timeout: Self.timeout)
          }
        }
      }
    }
  }

  private func time(
    _ entry: Digest32, isWrite: Bool, _ result: inout (answers: [Answer], failures: [String]),
    _ call: () async throws -> Inclusion
  ) async {
    let start = ContinuousClock.now
    do {
      let inclusion = try await call()
      result.answers.append(
        Answer(entry: entry, inclusion: inclusion, isWrite: isWrite, latency: ContinuousClock.now - start))
    } catch { result.failures.append("\(error)") }
  }
}
