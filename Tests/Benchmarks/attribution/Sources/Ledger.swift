import Codec
import Credit
import Cryptography
import Foundation
import Receipts
import Stores

extension CreditBench {
  struct LedgerReport: Codable {
    /// Milliseconds of all posts of one kind.
    var single: Double
    var batched: Double
    var replay: Double
    /// Milliseconds of all processors, which a busy machine changes least.
    var singleCPU: Double
    var batchedCPU: Double
    var replayCPU: Double
    var entries: Int
    var postings: Int
  }

  private static let contributorCount = 1_000
  private static let creditCount = 8
  private static let priceNano: UInt64 = 10_000

  /// Posts receipts of one debit and 8 credits, `single` of them one after another and `batched` of them by `callers` at once,
  /// and then does the ledger again from its entries.
  static func ledger(_ folder: String, single: Int, batched: Int, callers: Int) async throws -> String {
    let key = try SigningKey(seed: SHA256.hash(Array("ledger".utf8)).bytes)
    let policy = try sign(.policy, AttributionPolicy.standard.id, AttributionPolicy.standard.json, key)
    let receipts = try (0..<single + batched).map { try receipt($0, policy.digest, key) }
    let store = try await LedgerStore(.sqlite(path: "\(folder)/ledger.sqlite"))
    _ = try await store.keep(policy: policy)

    var (start, cpu) = (ContinuousClock.now, clock())
    for receipt in receipts[..<single] { _ = try await store.post(receipt.input, receipt.signed, owner: "local") }
    let (singleMs, singleCPU) = (milliseconds(since: start), milliseconds(since: cpu))

    (start, cpu) = (ContinuousClock.now, clock())
    try await withThrowingTaskGroup(of: Void.self) { group in
      for caller in 0..<callers {
        let mine = stride(from: single + caller, to: receipts.count, by: callers).map { receipts[$0] }
        group.addTask {
          for receipt in mine { _ = try await store.post(receipt.input, receipt.signed, owner: "local") }
        }
      }
      try await group.waitForAll()
    }
    let (batchedMs, batchedCPU) = (milliseconds(since: start), milliseconds(since: cpu))
    let (replayMs, replayCPU, book) = try await replay(store)
    return String(
      decoding: try JSONEncoder().encode(
        LedgerReport(
          single: singleMs, batched: batchedMs, replay: replayMs, singleCPU: singleCPU,
          batchedCPU: batchedCPU, replayCPU: replayCPU, entries: book.entryCount, postings: book.postingCount)
      ),
      as: UTF8.self)
  }

  /// The time of the replay alone: its entries are in memory, as a reader of an export has them.
  private static func replay(_ store: LedgerStore) async throws -> (Double, Double, LedgerBook) {
    var entries: [LedgerEntry] = []
    var after: (entry: UInt64, line: UInt64) = (0, 0)
    while true {
      let parts = try await store.parts(afterEntry: after.entry, line: after.line)
      guard let last = parts.last else { break }
      for part in parts {
        if entries.last?.number == part.entry.number {
          entries[entries.count - 1].postings += part.entry.postings
        } else {
          entries.append(part.entry)
        }
      }
      after = (last.entry.number, last.firstLine + UInt64(last.entry.postings.count) - 1)
    }
    let cpu = clock()
    let (replayMs, replay) = try timed {
      var replay = LedgerReplay()
      for entry in entries { try replay.add(entry) }
      return replay
    }
    let replayCPU = milliseconds(since: cpu)
    guard try await store.state() == replay.book.state, replay.receiptCount == entries.count else {
      throw CreditBenchError.replayDiffers
    }
    return (replayMs, replayCPU, replay.book)
  }

  private static func receipt(
    _ number: Int, _ policy: Digest32, _ key: SigningKey
  ) throws -> (input: AttributionInput, signed: SignedStatement) {
    var random = UInt64(number) &* 0x9E37_79B9_7F4A_7C15 &+ 1
    var chosen: Set<Int> = []
    while chosen.count < creditCount {
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      chosen.insert(Int(random >> 33) % contributorCount)
    }
    let shares = chosen.sorted().map {
      Share(contributor: "contributor-\(String($0 + contributorCount).dropFirst())", amountNano: priceNano / 8)
    }
    let id = ReceiptID(
      unixMs: 1_700_000_000_000 + UInt64(number),
      random: (0..<10).map { UInt8(truncatingIfNeeded: random >> (8 * ($0 % 8))) })
    let input = AttributionInput(
      receiptID: id, execution: SHA256.hash(Array("execution \(number)".utf8)), model: SHA256.hash([1]),
      priceNano: priceNano)
    let predicate = AttributionPredicate(
      receiptID: id, policy: policy, manifest: SHA256.hash([]), operatorID: "op", priceNano: priceNano, shares: shares)
    return (input, try sign(.attribution, id.description, predicate.json, key, about: input.execution))
  }

  private static func sign(
    _ kind: StatementKind, _ subject: String, _ predicate: JSON, _ key: SigningKey, about: Digest32? = nil
  ) throws -> SignedStatement {
    try SignedStatement(
      signing: Statement(
        kind: kind, issuer: "https://example.org/attribution", subject: subject,
        subjectDigest: try about ?? SHA256.hash(JCS.encode(predicate)), issuedAt: 1, predicate: predicate),
      with: key)
  }

  private static func milliseconds(since cpu: clock_t) -> Double {
    Double(clock() - cpu) * 1e3 / Double(CLOCKS_PER_SEC)
  }

  private static func milliseconds(since start: ContinuousClock.Instant) -> Double {
    let duration = (ContinuousClock.now - start).components
    return Double(duration.seconds) * 1e3 + Double(duration.attoseconds) / 1e15
  }
}

enum CreditBenchError: Error {
  /// The replay came to another state than the ledger has.
  case replayDiffers
}
