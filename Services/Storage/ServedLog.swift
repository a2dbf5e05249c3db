internal import Logging
internal import MerkleLog
internal import ServiceLifecycle
internal import Stores

/// The log, audited and open, and what goes on behind its answers: its heads get cosignatures and timestamps.
struct ServedLog: Sendable {
  let sequencer: Sequencer
  let cosigned: CosignedHeads
  let stamped: TimestampedHeads
  /// Nil without witnesses, or without a way to them.
  let witnessFeed: WitnessFeed?
  /// Nil without a timestamping authority, or without a way to it.
  let timestampFeed: TimestampFeed?

  /// Hears first from the witnesses whether they have cosigned a newer head than is stored, then audits the log.
  ///
  /// - Parameter transport: to witnesses and timestamping authority; only tests leave it out.
  init(
    _ start: LogStart, _ database: any RowDatabase, _ settings: StorageSettings,
    transport: (any OutboundTransport)?, metrics: StorageMetrics, logger: Logger
  ) async throws {
    let policy = try CheckpointPolicy(
      origin: start.signer.verifierKey.name, logKey: start.signer.verifierKey,
      witnesses: settings.witnesses.map(\.key))
    if let transport {
      try await WitnessStart(settings.witnesses, policy, transport).requireNewest(start.rows.signedHead())
    }
    let bell = FeedBell()
    sequencer = try await Self.open(start, settings, metrics, bell, logger)
    cosigned = try await CosignedHeads(database, policy: policy)
    stamped = try await TimestampedHeads(database, policy: policy)
    for head in cosigned.all {
      guard try await sequencer.published.root(size: head.checkpoint.size) == head.checkpoint.root else {
        throw LogContradiction.headRow("a cosigned head of size \(head.checkpoint.size) is no part of the log")
      }
    }
    let published = sequencer.published
    witnessFeed = transport.flatMap { [cosigned] transport -> WitnessFeed? in
      guard !settings.witnesses.isEmpty else { return nil }
      let clients = settings.witnesses.map {
        WitnessClient(
          peer: $0, policy: policy, log: published, transport: transport, now: { start.unixMs() / 1000 })
      }
      return WitnessFeed(
        clients, heads: cosigned, log: published, pauses: settings.witnessPauses, metrics: metrics, logger: logger)
    }
    timestampFeed = transport.flatMap { [cosigned, stamped] transport in
      settings.timestamps.map {
        TimestampFeed(
          $0, transport: transport, log: published, cosigned: cosigned, stamped: stamped,
          witnessCount: settings.witnesses.count, pauses: settings.witnessPauses, logger: logger)
      }
    }
    bell.connect(witnessFeed, timestampFeed)
  }

  /// What runs as long as the service does.
  var feeds: [any Service] {
    [witnessFeed as (any Service)?, timestampFeed as (any Service)?].compactMap { $0 }
  }

  private static func open(
    _ start: LogStart, _ settings: StorageSettings, _ metrics: StorageMetrics, _ bell: FeedBell, _ logger: Logger
  ) async throws -> Sequencer {
    var start = start
    start.limits = settings.limits
    start.auditing = settings.startAudit
    start.progress = { entries in
      if entries % (1 << 20) == 0 { logger.notice("auditing the log", metadata: ["entries": "\(entries)"]) }
    }
    // Called behind the answers of a commit.
    start.observe = { commit in
      metrics.committed(commit)
      bell.ring()
    }
    let (sequencer, audit) = try await start.open()
    metrics.opened(size: sequencer.published.size)
    logger.notice(
      "log audited",
      metadata: [
        "origin": "\(start.signer.verifierKey.name)", "entries": "\(audit.entries)", "tiles": "\(audit.tiles)",
        "root": "\(audit.root)", "published_size": "\(sequencer.published.size)",
      ])
    return sequencer
  }
}
