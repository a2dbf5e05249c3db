internal import Receipts

/// Attributions that wait to be posted. Those that arrive while a commit is running are committed together by the next one,
/// and answered when it is durable; one that is refused is refused alone.
actor LedgerPosts {
  static let queueMax = 4_096
  static let batchMax = 1_024
  /// Statements of one commit, in bytes; a single larger one is taken alone.
  static let batchBytesMax = 8 << 20

  private let database: any RowDatabase
  private let queueMax: Int
  private var queue = WaitingCalls<LedgerPost, KeptAttribution>()
  /// How many wait for the next commit.
  var waitingCount: Int { queue.count }

  init(_ database: any RowDatabase, queueMax: Int = LedgerPosts.queueMax) {
    self.database = database
    self.queueMax = queueMax
  }

  /// Errors: ``LedgerError``, and those of the database.
  func take(_ post: LedgerPost) async throws -> KeptAttribution {
    guard queue.count < queueMax else { throw LedgerError.queueFull(max: queueMax) }
    return try await withCheckedThrowingContinuation { continuation in
      if queue.add(post, continuation) { Task { await self.commitQueue() } }
    }
  }

  private func commitQueue() async {
    while true {
      let batch = queue.nextBatch(countMax: Self.batchMax, bytesMax: Self.batchBytesMax) { $0.signed.bytes.count }
      guard !batch.isEmpty else { return }
      do {
        let answers = try await commit(batch.map(\.item))
        for (call, answer) in zip(batch, answers) { call.answer.resume(with: answer) }
      } catch  where batch.count > 1 {
        // What stopped them all may be the fault of one: each by itself, so that the others do not pay for it.
        for call in batch {
          do { call.answer.resume(with: try await commit([call.item])[0]) } catch {
            call.answer.resume(throwing: error)
          }
        }
      } catch { batch[0].answer.resume(throwing: error) }
    }
  }

  private func commit(_ posts: [LedgerPost]) async throws -> [Result<KeptAttribution, any Error>] {
    try await database.write(LedgerStore.writes, repeatable: true) { db in try LedgerPost.write(db, posts) }
  }
}
