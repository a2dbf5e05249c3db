internal import Credit
internal import Logging
internal import MerkleLog
internal import Metrics
internal import Receipts
internal import ServiceLifecycle
internal import Stores
internal import Wire

/// Follows the log by itself and makes the registry from it: who brought what, and who was first.
///
/// Whatever is new is proven before it is taken: the checkpoint is signed by the log's key, continues the head that was kept,
/// and all entries between lead to its root. A log that was rolled back or forked is refused, and nothing is said of
/// ownership until one is back that continues what was seen. Rows and head are kept in one transaction, so that a process
/// that dies goes on where they are.
actor RegistryFeed: Service {
  /// What is asked of storage.
  struct Source: Sendable {
    var keys: @Sendable () async throws -> LogKeys
    var checkpoint: @Sendable () async throws -> String
    var log: ContributionFeed.Source
  }

  /// Why nothing is said of ownership.
  struct Refusal: Equatable {
    let why: String
    /// The log contradicts what was seen; otherwise it is not known yet.
    let isWrong: Bool
  }

  let source: Source
  /// Nil: only a text that is registered byte for byte is found.
  let near: NearCopies?
  /// Nil: the policy looks for no spans.
  let spans: SpanLookup?
  private let store: ContributionStore
  private let interval: Duration
  private let logger: Logger
  private let metrics = RegistryMetrics()
  private var reader = RegistryReader()
  private var isLoaded = false
  private(set) var isFormed = false
  private var last: Task<Void, Never>?
  /// Up to which the registry is made, proven; nil before first contact.
  private(set) var head: LogHead?
  /// The classes of near copies, and the head at which they were formed: again after each reveal.
  private(set) var formed: (snapshot: RegistrySnapshot, classes: RegisteredClasses)?
  /// The texts in which spans of answers are found, formed with them.
  private(set) var formedSpans: RegisteredSpans?
  private(set) var refusal: Refusal? = Refusal(why: "the log has not been asked yet", isWrong: false)

  init(
    _ store: ContributionStore, source: Source, near: NearCopies?, spans: SpanLookup?, interval: Duration,
    logger: Logger
  ) {
    self.store = store
    self.source = source
    self.near = near
    self.spans = spans
    self.interval = interval
    self.logger = logger
  }

  var registry: RegistryReader { reader }

  nonisolated func run() async throws {
    await cancelWhenGracefulShutdown { [self] in
      while !Task.isCancelled {
        await check()
        // Until the log is known nothing is said of ownership.
        let isKnown = await refusal == nil
        try? await Task.sleep(for: isKnown ? interval : min(interval, .milliseconds(500)))
      }
    }
  }

  /// Asks the log once, after whoever is asking it now: what was registered before this call is followed when it returns,
  /// or `refusal` says why not.
  func check() async {
    let before = last
    let task = Task {
      await before?.value
      await follow()
    }
    last = task
    await withTaskCancellationHandler {
      await task.value
    } onCancel: {
      task.cancel()
    }
  }

  private func follow() async {
    do {
      try await load()
      let keys = try await source.keys()
      let latest = try await LogHead.current(
        continuing: head, origin: keys.origin, vkey: keys.checkpointVkey, note: source.checkpoint(),
        path: source.log.path)
      while head?.size ?? 0 < latest.size {
        try await take(ContributionFeed(source.log).page(from: head?.size ?? 0, root: head?.root, to: latest))
      }
      try await form()
      refusal = nil
      metrics.refused.record(0)
    } catch {
      if Task.isCancelled { return }
      metrics.failures.increment()
      // A log that does not answer is what it was.
      let isWrong = Self.isContradiction(error)
      if isWrong || refusal.map({ !$0.isWrong }) == true { refuse(error, isWrong: isWrong) }
    }
  }

  /// What was followed before this process.
  private func load() async throws {
    guard !isLoaded else { return }
    let kept = try await store.head()
    var loaded = RegistryReader()
    var start: UInt64 = 0
    // Rows behind the head came without its proofs: they are read from the log again, and must be there.
    while let kept {
      let page = try await store.page(from: start).contributions.filter { $0.index < kept.size }
      guard let end = page.last else { break }
      for item in page { loaded.add(item.statement, at: item.index) }
      start = end.index + 1
    }
    (reader, head, isLoaded) = (loaded, kept, true)
  }

  private func take(_ page: ContributionFeed.Page) async throws {
    let logged = page.contributions.map { ContributionStore.Logged(index: $0.index, statement: $0.statement) }
    _ = try await store.follow(from: page.start, to: page.head, logged)
    let holdings = reader.registry.holdings.count
    for item in logged { reader.add(item.statement, at: item.index) }
    head = page.head
    // Only what is revealed changes whose a text is; a key or a commitment does not.
    if reader.registry.holdings.count != holdings { isFormed = false }
    metrics.size.record(Double(page.head.size))
    metrics.contributions.increment(by: Int64(logged.count))
    metrics.unread.increment(by: Int64(page.unread))
    if page.unread > 0 {
      logger.notice(
        "entries without their statements", metadata: ["count": "\(page.unread)", "to": "\(page.head.size)"])
    }
  }

  private func form() async throws {
    guard let head, !isFormed else { return }
    let snapshot = RegistrySnapshot(size: head.size, root: head.root)
    if let near { formed = (snapshot, try await near.classes(in: reader.registry, at: snapshot)) }
    if let spans {
      formedSpans = try await spans.form(in: reader.registry, at: snapshot, continuing: formedSpans)
    }
    isFormed = true
  }

  private func refuse(_ error: any Error, isWrong: Bool) {
    let why = isWrong ? "the log is refused: \(error)" : "the log has not answered: \(error)"
    if refusal?.why != why { logger.error("the registry is not followed", metadata: ["reason": "\(why)"]) }
    refusal = Refusal(why: why, isWrong: isWrong)
    metrics.refused.record(isWrong ? 1 : 0)
  }

  private static func isContradiction(_ error: any Error) -> Bool {
    switch error {
    case is LogHeadError, is LogStretchError, is ContributionError, is TileError, is TreeError: true
    default: false
    }
  }
}
