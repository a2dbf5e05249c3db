internal import Metrics
internal import Stores

/// What operators see of storage. No label names a receipt or a blob.
struct StorageMetrics: Sendable {
  private let entries = Counter(label: "colophon_storage_log_entries_total")
  private let treeSize = Gauge(label: "colophon_storage_log_tree_size")
  private let sequencedSize = Gauge(label: "colophon_storage_log_sequenced_size")
  private let integratedSize = Gauge(label: "colophon_storage_log_integrated_size")
  private let commitSeconds = Timer(label: "colophon_storage_log_commit_seconds")
  private let appendSeconds = Timer(label: "colophon_storage_append_seconds")
  private let batchEntries = Recorder(label: "colophon_storage_log_batch_entries")
  private let cosignatures = Counter(label: "colophon_storage_cosignatures_total")
  private let cosignatureFailures = Counter(label: "colophon_storage_cosignature_failures_total")
  private let blobs = Counter(label: "colophon_storage_blobs_kept_total")
  private let damaged = Counter(label: "colophon_storage_blobs_damaged_total")
  private let removed = Counter(label: "colophon_storage_blobs_removed_total")
  private let erased = Counter(label: "colophon_storage_blobs_erased_total")
  private let scrubbedBytes = Counter(label: "colophon_storage_blob_bytes_scrubbed_total")
  private let blobBytes = Counter(label: "colophon_storage_blob_bytes_kept_total")

  /// Entries are counted by the growth of the tree: an append that found its entry there makes none.
  func committed(_ commit: Sequencer.Commit) {
    entries.increment(by: Int64(clamping: commit.newEntries))
    treeSize.record(Double(commit.progress.published))
    sequencedSize.record(Double(commit.progress.sequenced))
    integratedSize.record(Double(commit.progress.integrated))
    commitSeconds.record(duration: commit.duration)
    batchEntries.record(commit.appends)
  }

  func opened(size: UInt64) { treeSize.record(Double(size)) }

  func appended(in duration: Duration) { appendSeconds.record(duration: duration) }

  func cosigned() { cosignatures.increment() }

  func notCosigned() { cosignatureFailures.increment() }

  func kept(blobs count: Int, bytes: UInt64) {
    blobs.increment(by: Int64(count))
    blobBytes.increment(by: Int64(clamping: bytes))
  }

  func observed(_ event: BlobEvent) {
    switch event {
    case .damaged: damaged.increment()
    case .removed: removed.increment()
    case .erased: erased.increment()
    case .scrubbed(let bytes): scrubbedBytes.increment(by: Int64(clamping: bytes))
    }
  }
}
