internal import CoreMetrics
internal import Credit
internal import Cryptography
internal import Logging
internal import Metrics
internal import RPC
internal import Receipts
internal import ServiceLifecycle
internal import Stores
internal import Wire

/// Makes registered collections searchable, in the background: vectors of their texts come from inference, a batch at a time,
/// and are kept in rows, so that a restart embeds nothing twice. A collection is searched once all its records that are here
/// have vectors.
actor CollectionIndexer: Service {
  /// Vectors of texts, as inference's `Embed` gives them.
  typealias Embed = @Sendable ([String]) async throws -> EmbedResponse

  /// Of one call: what inference does between two answers.
  static let batchCountMax = 32
  static let batchBytesMax = 256 << 10

  let library: CollectionLibrary
  let feed: RegistryFeed
  /// Nil: the policy credits no records for being near to an answer.
  let nearest: NearestParameters?
  let store: RecordVectorStore
  let embed: Embed
  private let interval: Duration
  private let logger: Logger
  let metrics = RetrievalMetrics()
  /// By the asset's id, all of `encoder`.
  private(set) var ready: [String: IndexedCollection] = [:]
  /// Whose vectors are here; nil until inference was asked.
  private(set) var encoder: Digest32?
  private(set) var progress = Progress()
  /// All registered records in classes, and how many assets the registry had then.
  var formed: (nearest: RegisteredNearest, holdings: Int)?
  private var isStale = true
  private var failure: String?

  /// Records of all registered collections.
  struct Progress: Sendable, Equatable {
    var embedded = 0
    var count = 0
  }

  init(
    _ library: CollectionLibrary, feed: RegistryFeed, store: RecordVectorStore, nearest: NearestParameters?,
    interval: Duration, logger: Logger, embed: @escaping Embed
  ) {
    self.library = library
    self.feed = feed
    self.store = store
    self.nearest = nearest
    self.embed = embed
    self.interval = interval
    self.logger = logger
  }

  nonisolated func run() async throws {
    await cancelWhenGracefulShutdown { [self] in
      while !Task.isCancelled {
        let isDone = await round()
        try? await Task.sleep(for: isDone ? interval : min(interval, .milliseconds(500)))
      }
    }
  }

  /// Another encoder than that of the vectors is served: all are made again.
  func expire() { isStale = true }

  /// Brings the index to what is registered now. False: not all of it, and it is to be tried again soon.
  @discardableResult func round() async -> Bool {
    guard await feed.refusal == nil else { return false }
    let holdings = await wanted()
    let isIndexed = !isStale && holdings.allSatisfy { ready[$0.asset.id]?.holding == $0 }
    do {
      if !isIndexed { try await index(holdings) }
      try await formNearest()
      failure = nil
      return true
    } catch {
      guard !Task.isCancelled else { return false }
      metrics.failures.increment()
      if failure != "\(error)" { logger.warning("collections are not indexed yet", metadata: ["error": "\(error)"]) }
      failure = "\(error)"
      return false
    }
  }

  /// What each id of a registered asset stands for, of those that have texts here, in the order of their commitments.
  private func wanted() async -> [Registry.Holding] {
    let registry = await feed.registry.registry
    return registry.holdings.values.filter {
      registry.holding(of: $0.asset.id) == $0 && !library.records(of: $0.asset).isEmpty
    }.sorted { $0.committed < $1.committed }
  }

  private func index(_ holdings: [Registry.Holding]) async throws {
    let named = try Digest32(try await embed([]).model)
    if named != encoder { (encoder, ready) = (named, [:]) }
    isStale = false
    ready = ready.filter { known in holdings.contains { $0 == known.value.holding } }
    let open = holdings.filter { ready[$0.asset.id] == nil }
    let records = Set(open.flatMap { library.records(of: $0.asset) })
    var vectors = try await store.vectors(of: records.sorted(), by: named)
    let all = Set(holdings.flatMap { library.records(of: $0.asset) }).count
    report(embedded: all - records.count + vectors.count, of: all)
    for holding in open {
      let own = library.records(of: holding.asset)
      for batch in batches(own.filter { vectors[$0] == nil }) {
        for made in try await embedded(batch, by: named) { vectors[made.record] = made.vector }
        report(embedded: all - records.count + vectors.count, of: all)
      }
      let known = vectors
      ready[holding.asset.id] = try IndexedCollection(holding, own) { known[$0] ?? [] }
    }
  }

  private func report(embedded: Int, of count: Int) {
    progress = Progress(embedded: embedded, count: count)
    metrics.embedded.record(embedded)
    metrics.records.record(count)
  }

  func batches(_ records: [Digest32]) -> [[Digest32]] {
    var (batches, bytes): ([[Digest32]], Int) = ([], 0)
    for record in records {
      let size = library.texts[record]?.utf8.count ?? 0
      if let last = batches.indices.last, batches[last].count < Self.batchCountMax, bytes + size <= Self.batchBytesMax {
        batches[last].append(record)
        bytes += size
      } else {
        batches.append([record])
        bytes = size
      }
    }
    return batches
  }

  /// Vectors of a batch, kept before they are used.
  func embedded(
    _ batch: [Digest32], by named: Digest32
  ) async throws -> [(record: Digest32, vector: [Int8])] {
    try Task.checkCancellation()
    let answer = try await embed(batch.map { library.texts[$0] ?? "" })
    let width = Int(answer.width)
    guard answer.model == named.bytes, width > 0, answer.vectors.count == batch.count * width else {
      isStale = true
      throw RPCError(.dataLoss, "inference gave other vectors than those asked for")
    }
    let made = batch.enumerated().map { at, record in
      (record: record, vector: answer.vectors[at * width..<(at + 1) * width].map { Int8(bitPattern: $0) })
    }
    try await store.keep(made, by: named)
    metrics.made.increment(by: Int64(made.count))
    return made
  }
}

/// What operators see of collections. No label names one.
struct RetrievalMetrics: Sendable {
  /// Records of registered collections whose texts are here, and those of them that have vectors.
  let records = Gauge(label: "colophon_attribution_collection_records")
  let embedded = Gauge(label: "colophon_attribution_collection_records_embedded")
  let made = Counter(label: "colophon_attribution_vectors_made_total")
  let failures = Counter(label: "colophon_attribution_collection_failures_total")
  let retrievals = Counter(label: "colophon_attribution_retrievals_total")
}
