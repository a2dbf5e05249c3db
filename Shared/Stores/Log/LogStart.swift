internal import Cryptography
public import MerkleLog

/// Opens a stored log: audits it, refuses any contradiction, finishes what a crash has left.
public struct LogStart: Sendable {
  public let rows: LogRows
  public let tiles: any LogTiles
  /// The checkpoint key, under the log's origin.
  public let signer: NoteSigner
  public var limits = Sequencer.Limits()
  /// The time of registration, in milliseconds since 1970; only recorded.
  public var unixMs: @Sendable () -> Int64
  public var fault: AppendFault = { _ in }
  public var observe: @Sendable (Sequencer.Commit) -> Void = { _ in }
  /// How much of the log is recomputed before it goes on.
  public enum Audit: String, Sendable {
    /// Every tile and every row.
    case full
    /// What was added since the last clean audit, and the path from there to the signed root. Rot further left is found
    /// by the next full audit, or by whoever asks for a proof that passes through it.
    case new
  }

  public var auditing = Audit.full
  /// A file to lock for as long as the sequencer lives, so that no second one opens this log; nil only in tests.
  public var lockPath: String?
  /// Told how many entries the audit has seen, after each 256.
  public var progress: @Sendable (UInt64) -> Void = { _ in }

  public init(rows: LogRows, tiles: any LogTiles, signer: NoteSigner, unixMs: @escaping @Sendable () -> Int64) {
    self.rows = rows
    self.tiles = tiles
    self.signer = signer
    self.unixMs = unixMs
  }

  /// Audits every tile against the last signed head, and the head against the rows and the published checkpoint; then
  /// completes what was registered and not published. A new log gets its genesis entry.
  ///
  /// Errors: ``LogContradiction``, `AuditFailure`, and those of reading and writing.
  public func open() async throws -> (sequencer: Sequencer, audit: AuditReport) {
    let lock = try lockPath.map { try LogLock(path: $0) }
    let (head, _) = try await rows.unsettled()
    try checkNote(of: head)
    let known = auditing == .full ? 0 : min(try await rows.audited(), head.size) / 256 * 256
    let report = try await LogAudit(rows: rows, tiles: tiles, progress: progress).run(head, from: known)
    try await rows.keepAudited(head.size)
    try await DiskQueue("log-start", concurrent: false).run { [self] in try checkPublished(head) }
    let genesis = try LogGenesis.entry(origin: signer.verifierKey.name)
    guard try await rows.genesis(genesis, unixMs: unixMs()) == genesis else {
      throw LogContradiction.genesis(origin: signer.verifierKey.name)
    }
    let sequencer = Sequencer(
      rows: rows, tiles: tiles, signer: signer, limits: limits, unixMs: unixMs, fault: fault, observe: observe,
      lock: lock)
    try await sequencer.settle()
    return (sequencer, report)
  }

  /// The head's note must be by this key, of this origin, and say what the row says.
  private func checkNote(of head: SignedHead) throws {
    guard let bytes = head.note else {
      guard head.size == 0 else { throw LogContradiction.headRow("size \(head.size) without a note") }
      return
    }
    let checkpoint: Checkpoint
    do { checkpoint = try verified(bytes) } catch { throw LogContradiction.headNote("\(error)") }
    guard checkpoint.size == head.size, checkpoint.root == head.root else {
      throw LogContradiction.headRow(
        "the row says size \(head.size) and root \(head.root), the note \(checkpoint.size) "
          + "and \(checkpoint.root)")
    }
  }

  /// The published file is the head, or what was published before it when a crash came between the two.
  private func checkPublished(_ head: SignedHead) throws {
    guard let bytes = try tiles.checkpoint() else {
      // The first checkpoint may have been signed and not published; a later one comes after a published one.
      guard head.previousSize == 0 else { throw LogContradiction.checkpointFileMissing(size: head.previousSize) }
      return
    }
    let file: Checkpoint
    do { file = try verified(bytes) } catch {
      throw LogContradiction.checkpointFile(
        "\(error)", path: tiles.path(of: LogFiles.checkpointName),
        offset: zip(bytes, head.note ?? []).prefix { $0 == $1 }.count)
    }
    guard file.size <= head.size else {
      throw LogContradiction.checkpointFileAhead(file: file.size, database: head.size)
    }
    if file.size == head.size {
      guard file.root == head.root else {
        throw LogContradiction.checkpointFileRoot(size: file.size, file: file.root.hex, other: head.root.hex)
      }
    } else {
      guard file.size == head.previousSize else {
        throw LogContradiction.checkpointFileBehind(
          file: file.size, database: head.size, previous: head.previousSize)
      }
      let root = try TileHashReader(size: head.size) { [tiles] in try tiles.tile($0) }.root(size: file.size)
      guard root == file.root else {
        throw LogContradiction.checkpointFileRoot(size: file.size, file: file.root.hex, other: root.hex)
      }
    }
  }

  private func verified(_ bytes: [UInt8]) throws -> Checkpoint {
    let policy = try CheckpointPolicy(origin: signer.verifierKey.name, logKey: signer.verifierKey)
    return try policy.verify(try SignedNote(parsing: bytes)).checkpoint
  }
}
