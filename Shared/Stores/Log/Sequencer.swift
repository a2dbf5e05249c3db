internal import Cryptography
internal import MerkleLog

/// The one writer of the log. Appends that arrive while a commit is running are committed together by the next one.
///
/// An append is *sequenced* once its row and its statement are durable, *integrated* once its tiles are durable and read
/// back and the signed head is swapped in the database, *published* once the checkpoint file shows it: then it is
/// answered. The rows are written first and decide what the log will be, so a crash after them is made good by going on
/// from there, and gives the same bytes. An idle log commits at once; what arrives meanwhile makes the next batch, which
/// so is never older than one commit.
public actor Sequencer {
  public nonisolated let published: PublishedLog
  nonisolated let rows: LogRows
  private let tiles: any LogTiles
  private let signer: NoteSigner
  private let origin: String
  private let limits: Limits
  private let unixMs: @Sendable () -> Int64
  private let fault: AppendFault
  private let observe: @Sendable (Commit) -> Void
  private let disk = DiskQueue("log-writer", concurrent: false)
  /// Held for its life.
  private let lock: LogLock?

  /// The right edge of the tree of the signed head, and the entries of its partial bundle; nil when they must be read.
  private var edge: (tiles: TileEdge, entries: [[UInt8]])?
  private var queue = WaitingCalls<LogEntry, UInt64>()
  /// How far the entries have come.
  public private(set) var progress = LogProgress()
  /// Why the last commit failed; nil when it did not.
  public private(set) var failure: String?
  /// How many appends wait for the next commit.
  var waitingCount: Int { queue.count }

  /// ``LogStart`` makes one, after it has audited what is stored.
  init(
    rows: LogRows, tiles: any LogTiles, signer: NoteSigner, limits: Limits, unixMs: @escaping @Sendable () -> Int64,
    fault: @escaping AppendFault, observe: @escaping @Sendable (Commit) -> Void, lock: LogLock?
  ) {
    self.lock = lock
    self.rows = rows
    self.tiles = tiles
    self.signer = signer
    origin = signer.verifierKey.name
    self.limits = limits
    self.unixMs = unixMs
    self.fault = fault
    self.observe = observe
    published = PublishedLog(tiles: tiles)
  }

  /// Registers an entry and returns its index once a tree that holds it is published. The same entry always gets the
  /// same index.
  ///
  /// Errors: ``LogError/queueFull(max:)``, ``LogError/conflict(index:digest:)``, ``LogError/commitFailed(_:)``: after
  /// the last the entry may be registered or not, and appending it again settles it.
  public func append(_ entry: LogEntry) async throws -> UInt64 {
    guard queue.count < limits.queueMax else { throw LogError.queueFull(max: limits.queueMax) }
    return try await withCheckedThrowingContinuation { continuation in
      if queue.add(entry, continuation) { Task { await self.commitQueue() } }
    }
  }

  private func commitQueue() async {
    while true {
      let batch = queue.nextBatch(countMax: limits.batchMax, bytesMax: limits.batchBytesMax) { $0.statement.count }
      guard !batch.isEmpty else { return }
      let (start, size) = (ContinuousClock.now, published.size)
      do {
        try fault(.begun)
        let outcomes = try await rows.register(batch.map(\.item), unixMs: unixMs())
        try fault(.entriesRegistered)
        try await settle()
        failure = nil
        observe(
          Commit(
            appends: batch.count, newEntries: published.size - size, progress: progress,
            duration: ContinuousClock.now - start))
        for (waiting, outcome) in zip(batch, outcomes) { waiting.answer.resume(with: outcome.index) }
      } catch {
        failure = "\(error)"
        edge = nil
        for waiting in batch { waiting.answer.resume(throwing: LogError.commitFailed("\(error)")) }
      }
    }
  }

  /// Brings tiles, head and checkpoint up to the rows: the second half of every append, and all of recovery.
  func settle() async throws {
    let (head, pending) = try await rows.unsettled()
    progress.integrated = head.size
    progress.sequenced = head.size + UInt64(pending.count)
    if edge?.tiles.size != head.size || edge?.tiles.root != head.root { edge = try await storedEdge(of: head) }
    // A head that was swapped and not published comes first: no size is passed over.
    if head.size != published.size { try await publish(head, []) }
    guard !pending.isEmpty, let edge else { return }

    let growth = try TreeGrowth(edge: edge.tiles, partialEntries: edge.entries, appending: pending.map(\.bytes))
    precondition(growth.size > head.size && growth.oldSize == head.size, "a log only grows")
    let (tiles, fault) = (tiles, fault)
    try await disk.run { try tiles.write(growth.tiles, fault: fault) }
    let checkpoint = try Checkpoint(origin: origin, size: growth.size, root: growth.root)
    let note = try checkpoint.signed(by: signer)
    try fault(.checkpointSigned)
    let next = SignedHead(size: growth.size, previousSize: head.size, root: growth.root, note: note.encoded)
    try await rows.swap(head, for: next)
    try fault(.headSwapped)
    progress.integrated = next.size
    let entries = (edge.entries + pending.map(\.bytes)).suffix(Int(growth.size % 256))
    self.edge = (growth.edge, Array(entries))
    try await publish(next, growth.tiles)
    // Room on the disk only: the tree is published, and a partial tile too many harms nobody.
    try? await disk.run { try tiles.prunePartials(replacedBy: growth.tiles) }
  }

  private func publish(_ head: SignedHead, _ written: [(tile: Tile, bytes: [UInt8])]) async throws {
    guard let bytes = head.note else { return }
    let note = try SignedNote(parsing: bytes)
    let checkpoint = try Checkpoint(text: note.text)
    guard checkpoint.size == head.size, checkpoint.root == head.root else {
      throw LogContradiction.headRow(
        "the row says size \(head.size), the note \(checkpoint.size) and \(checkpoint.root)")
    }
    guard checkpoint.size > published.size else {
      throw LogError.headMoved(expected: published.size, found: checkpoint.size)
    }
    let (tiles, fault) = (tiles, fault)
    try await disk.run { if try tiles.checkpoint() != bytes { try tiles.publish(bytes, fault: fault) } }
    try fault(.checkpointPublished)
    published.publish(checkpoint, note, written)
    progress.published = checkpoint.size
  }

  /// Reads the right edge of the signed tree from its tiles, and refuses one that does not hash to the signed root.
  private func storedEdge(of head: SignedHead) async throws -> (tiles: TileEdge, entries: [[UInt8]]) {
    let tiles = tiles
    return try await disk.run {
      let edge = try TileEdge(size: head.size, root: head.root) { try tiles.tile($0) }
      guard let bundle = Tile.tile(kind: .entries, index: head.size / 256, inTreeOf: head.size) else {
        return (edge, [])
      }
      return (edge, try bundle.entries(in: tiles.tile(bundle)))
    }
  }
}

extension LogRows.Outcome {
  fileprivate var index: Result<UInt64, any Error> {
    switch self {
    case .registered(let index): .success(index)
    case .conflict(let other): .failure(LogError.conflict(index: other.index, digest: other.digest))
    }
  }
}
