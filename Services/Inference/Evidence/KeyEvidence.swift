internal import Cryptography
internal import Evidence
internal import Exact
internal import Logging
internal import Receipts

/// The evidence of the execution key: one document an epoch, kept in storage before any execution names it, and fresh ones for
/// whoever asks.
actor KeyEvidence {
  /// A document that is kept, by its digest, and for which times it may be named.
  struct Named: Sendable, Equatable {
    let digest: Digest32
    let epoch: EvidenceNonce.Epoch
  }

  /// How many may wait for the hardware.
  static let waitingMax = 8

  private let source: EvidenceSource
  private let thread: EngineThread
  private let epochMs: UInt64
  private let now: @Sendable () -> UInt64
  private let keep: @Sendable ([UInt8], Digest32) async throws -> Void
  private let logger: Logger
  /// Obtained, and not kept yet.
  private var waiting: (bytes: [UInt8], named: Named)?
  private var current: Named?
  private var renewal: Task<Named, any Error>?

  /// - Parameters:
  ///   - epochMs: how long one document stands.
  ///   - now: milliseconds since 1970.
  ///   - keep: puts a document into storage under its digest; the same again changes nothing.
  init(
    _ source: EvidenceSource, epochMs: UInt64, logger: Logger, now: @escaping @Sendable () -> UInt64,
    keep: @escaping @Sendable ([UInt8], Digest32) async throws -> Void
  ) throws {
    self.source = source
    self.epochMs = epochMs
    self.logger = logger
    self.now = now
    self.keep = keep
    thread = try EngineThread(waitingMax: Self.waitingMax)
  }

  /// Obtains the first document. Errors: hardware that does not give any, or another than was asked for.
  func begin() async throws { waiting = try await obtain() }

  /// What an execution that begins now names. Errors: no document is kept for this time, and none could be made and kept.
  func named() async throws -> Named {
    if let current, isFresh(current) { return current }
    let task = renewal ?? Task { try await renew() }
    renewal = task
    do { return try await task.value } catch {
      // The old one stands until its epoch ends.
      guard let current, current.epoch.contains(now()) else { throw error }
      logger.error(
        "evidence not renewed", metadata: ["error": "\(error)", "until_unix_ms": "\(current.epoch.toUnixMs)"])
      return current
    }
  }

  /// A document for somebody's own nonce. Errors: ``EngineThread/Full``, and those of the hardware.
  func report(_ nonce: EvidenceNonce) async throws -> [UInt8] {
    let (source, until) = (source, (now() + epochMs) / 1000)
    return try await thread.run { try source.document(nonce, untilUnixS: until).encoded() }
  }

  /// Not in the last quarter of its epoch: an execution that names it has yet to begin.
  private func isFresh(_ named: Named) -> Bool {
    let (now, epoch) = (now(), named.epoch)
    return epoch.contains(now) && epoch.toUnixMs - now > (epoch.toUnixMs - epoch.fromUnixMs) / 4
  }

  private func renew() async throws -> Named {
    defer { renewal = nil }
    let next: (bytes: [UInt8], named: Named)
    if let waiting, isFresh(waiting.named) { next = waiting } else { next = try await obtain() }
    waiting = next
    try await keep(next.bytes, next.named.digest)
    current = next.named
    waiting = nil
    logger.notice(
      "evidence kept",
      metadata: ["kind": "\(source.provider.kind.rawValue)", "document": "\(next.named.digest.named)"])
    return next.named
  }

  private func obtain() async throws -> (bytes: [UInt8], named: Named) {
    let from = now()
    let nonce = try EvidenceNonce(fromUnixMs: from, toUnixMs: from + epochMs)
    guard let epoch = nonce.epoch else { preconditionFailure("the nonce of an epoch has one") }
    let source = source
    let bytes = try await thread.run {
      try source.document(nonce, untilUnixS: epoch.toUnixMs / 1000).encoded()
    }
    return (bytes, Named(digest: SHA256.hash(bytes), epoch: epoch))
  }
}

/// A provider, the key that its evidence is for, and what goes with it.
struct EvidenceSource: Sendable {
  let provider: any EvidenceProvider
  /// Thumbprint of the execution key.
  let keyID: Digest32
  /// Read again for each document, so that its owner can bring newer ones.
  let collateral: @Sendable () throws -> [[UInt8]]

  /// Blocks. Errors: ``EvidenceFailure`` and those of the formats.
  func document(_ nonce: EvidenceNonce, untilUnixS: UInt64) throws -> EvidenceDocument {
    let wanted = EvidenceDocument.reportData(nonce: nonce, keyID: keyID)
    let found = try provider.evidence(reportData: wanted, untilUnixS: untilUnixS)
    let stated = try AttestedReportData.of(found.evidence, kind: provider.kind)
    guard stated == wanted else {
      throw EvidenceFailure.otherReportData(kind: provider.kind, found: stated.map(Hex.encode) ?? "of nobody")
    }
    return EvidenceDocument(
      kind: provider.kind, keyID: keyID, nonce: nonce, evidence: found.evidence,
      collateral: found.collateral + (try collateral()))
  }
}
