internal import Logging
internal import ServiceLifecycle
internal import Stores

/// What is done for the blobs while nobody asks: removal of what nothing refers to, uploads that were abandoned,
/// tombstones that a crash kept out of the log, and a look at every byte at a set pace.
struct BlobCare: Service {
  let service: StorageService
  let settings: BlobSettings
  let logger: Logger

  func run() async throws {
    await cancelWhenGracefulShutdown {
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await collect() }
        if settings.scrubBytesPerSecond > 0 { group.addTask { await scrub() } }
      }
    }
  }

  private func collect() async {
    while !Task.isCancelled {
      await logged("removal of blobs") {
        let report = try await service.collector.run()
        let expired = try await service.uploads.expire()
        try await service.registerPendingTombstones()
        guard report.removed + expired > 0 else { return }
        logger.info(
          "blobs removed",
          metadata: [
            "removed": "\(report.removed)", "without_row": "\(report.unknown)", "uploads_abandoned": "\(expired)",
          ])
      }
      try? await Task.sleep(for: settings.collectInterval)
    }
  }

  private func scrub() async {
    let scrubber = BlobScrubber(service.blobs)
    while !Task.isCancelled {
      await logged("scrubbing of blobs") {
        let damaged = try await scrubber.round { bytes in
          try await Task.sleep(for: .seconds(Double(bytes) / Double(settings.scrubBytesPerSecond)))
        }
        for name in damaged {
          logger.critical("blob damaged and moved aside: put it again", metadata: ["blob": "\(name)"])
        }
      }
      try? await Task.sleep(for: settings.scrubInterval)
    }
  }

  /// Nothing here may end the service: the next round tries again.
  private func logged(_ what: String, _ work: () async throws -> Void) async {
    do { try await work() } catch is CancellationError {} catch {
      logger.error("\(what) failed", metadata: ["error": "\(error)"])
    }
  }
}
