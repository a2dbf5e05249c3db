internal import Cryptography
internal import Logging
internal import Receipts
internal import Stores

/// Counts the receipts of this issuer: every so often it signs an epoch over those that no epoch has counted, and brings
/// it into the log. A number that nobody got a receipt for then shows to everybody (FORMAT section 3).
///
/// The signed bytes are kept before the log sees them, so that after a crash the same epoch is offered again.
struct EpochKeeper: Sendable {
  let outbox: Outbox
  let registrar: Registrar
  let key: SigningKey
  let keyID: [UInt8]
  let issuer: String
  /// Longest time that a receipt waits to be counted.
  let interval: Duration
  let receiptsMax: Int
  let logger: Logger
  /// Milliseconds since 1970.
  let now: @Sendable () -> UInt64

  /// Closes what is due and offers what the log does not have.
  func round() async {
    do {
      while try await closeIfDue() {}
      for statement in try await outbox.unregisteredEpochs(limit: 64) {
        await registrar.register(statement, kind: .epoch)
      }
    } catch {
      logger.error("receipts could not be counted", metadata: ["error": "\(error)"])
    }
  }

  /// Whether an epoch was closed, and another may be due.
  private func closeIfDue() async throws -> Bool {
    let uncounted = try await outbox.uncounted(keyID: keyID, limit: receiptsMax)
    let (first, receipts) = (uncounted.first, uncounted.digests)
    guard let since = uncounted.sinceUnixMs, isDue(since) || receipts.count == receiptsMax,
      let epoch = EpochPredicate(keyID: try Digest32(keyID), first: first, receipts: receipts)
    else { return false }
    let statement = Statement(
      kind: .epoch, issuer: issuer, subject: epoch.subject, subjectDigest: try epoch.digest(),
      issuedAt: Int64(now() / 1000), predicate: epoch.json)
    try await outbox.close(epoch, try SignedStatement(signing: statement, with: key).bytes)
    logger.notice("epoch closed", metadata: ["first": "\(epoch.first)", "last": "\(epoch.last)"])
    return true
  }

  private func isDue(_ sinceUnixMs: UInt64) -> Bool {
    let (waited, isAhead) = now().subtractingReportingOverflow(sinceUnixMs)
    return !isAhead && .milliseconds(Int64(clamping: waited)) >= interval
  }
}
