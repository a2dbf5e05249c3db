internal import Cryptography
internal import Logging
internal import MerkleLog
internal import RPC
internal import Receipts
internal import ServiceLifecycle
internal import Stores

/// The epochs of sampled verification (FORMAT section 5), each step kept before the log sees it: a draw, and when receipts
/// wait for it, the next draw, which ends the first one's epoch, and the first one's reveal with the jobs that it selects.
struct DrawKeeper: Service {
  let service: VerificationService
  let queue: VerdictQueue
  var pause: Duration = .seconds(1)
  var random: @Sendable (Int) throws -> [UInt8] = { try SecureRandom.bytes($0) }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      var last = ""
      while !Task.isCancelled {
        do {
          while try await advance() {}
          last = ""
        } catch {
          // Said once, however often it is tried again: who may register is a file that may be written just now.
          if "\(error)" != last, !Task.isCancelled {
            queue.logger.warning("draws wait", metadata: ["error": "\(error)"])
          }
          last = "\(error)"
        }
        try? await Task.sleep(for: pause)
      }
    }
  }

  /// One step. Whether another may be due.
  func advance() async throws -> Bool {
    try await service.log?.requireConsistent()
    let draws = try await queue.store.newestDraws(2)
    guard let newest = draws.first else {
      _ = try await open(0)
      return true
    }
    guard let last = newest.index else {
      try await register(newest)
      return true
    }
    if draws.count == 2, draws[1].reveal == nil {
      try await close(draws[1], last: last)
      return true
    }
    if draws.count == 2, draws[1].revealIndex == nil {
      try await registerReveal(draws[1])
      return true
    }
    guard try await isDue(after: last) else { return false }
    _ = try await open(newest.number + 1)
    return true
  }

  private func isDue(after index: UInt64) async throws -> Bool {
    guard let since = try await queue.store.waitingSince(after: index) else { return false }
    if queue.now() - since >= service.settings.drawIntervalMs { return true }
    return try await queue.log.checkpoint().size > index + service.settings.drawEntries
  }

  private func open(_ number: UInt64, insteadOf refused: UInt64? = nil) async throws -> DrawRow {
    let seed = try random(Draw.seedBytes)
    let predicate = DrawPredicate(number: number, seed: Draw.commitment(to: seed), within: service.settings.drawWithin)
    let statement = try service.sign(.draw, predicate.subject, predicate.digest(), predicate.json)
    return try await queue.store.open(
      DrawRow(number: number, seed: seed, statement: statement), insteadOf: refused)
  }

  private func register(_ draw: DrawRow) async throws {
    do {
      let index = try await queue.log.append(draw.statement)
      try await queue.store.registered(draw: draw.number, index: index, reveal: false)
    } catch let error as RPCError where error.code == .alreadyExists {
      // The rows are older than the log: the draws in between are lost, and their receipts overdue for all to see.
      queue.logger.error("the log has another draw of this number", metadata: ["number": "\(draw.number)"])
      _ = try await open(2 * draw.number + 1, insteadOf: draw.number)
    }
  }

  private func close(_ draw: DrawRow, last: UInt64) async throws {
    let (note, size) = try await queue.log.checkpoint()
    guard size > last else { throw RPCError(.unavailable, "the log does not show entry \(last) yet") }
    let predicate = RevealPredicate(
      number: draw.number, draw: SHA256.hash(draw.statement), last: last, seed: draw.seed,
      checkpoint: String(decoding: note.encoded, as: UTF8.self))
    let statement = try service.sign(.reveal, predicate.subject, predicate.digest(), predicate.json)
    try await queue.store.close(draw.number, reveal: statement, unixMs: queue.now())
  }

  private func registerReveal(_ draw: DrawRow) async throws {
    let index: UInt64
    do { index = try await queue.log.append(draw.reveal ?? []) } catch let error as RPCError
      where error.code == .alreadyExists
    {
      queue.logger.error("the log has another reveal of this number", metadata: ["number": "\(draw.number)"])
      index = draw.index ?? 0
    }
    try await queue.store.registered(draw: draw.number, index: index, reveal: true)
    queue.logger.notice("draw revealed", metadata: ["number": "\(draw.number)", "index": "\(index)"])
  }
}
