internal import Cryptography
internal import MerkleLog
public import Receipts

/// Uploads of any size in parts: begun, sent in order, committed. Either side may crash and go on from what is durable.
/// An upload belongs to its caller; nobody sees its bytes before it is committed.
public actor UploadStore {
  public struct Limits: Sendable {
    public var bytesMax: UInt64 = 64 << 30
    public var partBytesMax = 4 << 20
    /// What one caller may keep, uploads in progress included.
    public var quotaBytes: UInt64 = 256 << 30
    public var openMax = 64
    /// For how long nothing may happen to an upload.
    public var idle = Duration.seconds(24 * 3600)

    public init() {}
  }

  private struct Key: Hashable {
    let caller: String
    let id: String
  }

  public nonisolated let limits: Limits
  private let store: BlobStore
  private let rows: UploadRows
  private let folder: OpenFolder
  private let unixMs: @Sendable () -> Int64
  private var open: [Key: OpenUpload] = [:]
  /// Uploads that are being committed: a second commit waits for the first.
  private var commits: [Key: Task<BlobStore.Info, any Error>] = [:]

  /// Opens `folder`, which must be on the file system of the blobs and is this store's alone.
  public init(
    folder: String, store: BlobStore, limits: Limits = Limits(), unixMs: @escaping @Sendable () -> Int64,
    calls: FileCalls = .system
  ) async throws {
    self.folder = try OpenFolder(making: folder, calls: calls)
    self.store = store
    self.limits = limits
    self.unixMs = unixMs
    rows = UploadRows(database: store.catalogue.database)
    let known = Set(try await rows.all().map(\.file))
    for name in try self.folder.names() where !known.contains(name) { try self.folder.remove(name) }
  }

  /// Begins an upload or takes up one of the same id. Returns how many bytes it has: the next part begins there.
  public func begin(caller: String, id: String, bytes: UInt64, retention: RetentionClass) async throws -> UInt64 {
    guard (1...64).contains(id.utf8.count),
      id.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D })
    else { throw UploadError.id(id) }
    guard bytes <= limits.bytesMax else { throw BlobError.tooLarge(bytes: bytes, max: limits.bytesMax) }
    let row = try await rows.begin(
      .init(
        caller: caller, id: id, file: Hex.encode(try SecureRandom.bytes(12)), bytes: bytes, retention: retention,
        durable: 0, touchedUnixMs: unixMs()),
      openMax: limits.openMax, quota: limits.quotaBytes)
    return try await opened(row).received
  }

  /// Takes a part. Returns how many bytes were received in all.
  public func write(caller: String, id: String, at offset: UInt64, _ part: [UInt8]) async throws -> UInt64 {
    guard part.count <= limits.partBytesMax else {
      throw UploadError.partTooLarge(bytes: part.count, max: limits.partBytesMax)
    }
    return try await upload(caller, id).write(part, at: offset)
  }

  /// Makes the upload a blob, if its bytes are those of `name`. Committing again what was committed returns the same.
  public func commit(caller: String, id: String, as name: BlobName) async throws -> BlobStore.Info {
    let key = Key(caller: caller, id: id)
    if let running = commits[key] { return try await running.value }
    let task = Task { try await self.finish(key, name) }
    commits[key] = task
    defer { commits[key] = nil }
    return try await task.value
  }

  /// Discards an upload; one that is not there is discarded.
  public func abort(caller: String, id: String) async throws {
    guard let upload = try? await upload(caller, id) else { return }
    try await discard(upload)
  }

  /// Waits until all that was received is hashed, and as much of it synced as ever is before the end.
  func drain(caller: String, id: String) async throws { try await upload(caller, id).drain() }

  /// Discards what was abandoned. Returns how many uploads.
  public func expire() async throws -> Int {
    let limit = unixMs() - limits.idle.components.seconds * 1000
    var expired = 0
    for row in try await rows.all() where row.touchedUnixMs < limit {
      let upload = try opened(row)
      if open[Key(caller: row.caller, id: row.id)] != nil, await upload.touchedUnixMs >= limit { continue }
      try await discard(upload)
      expired += 1
    }
    return expired
  }

  private func finish(_ key: Key, _ expected: BlobName) async throws -> BlobStore.Info {
    let upload: OpenUpload
    do { upload = try await self.upload(key.caller, key.id) } catch UploadError.unknown {
      // Committed before, and the answer was lost.
      guard try await rows.holds(key.caller, expected) else { throw UploadError.unknown(id: key.id) }
      return try await store.reader(of: expected).info
    }
    let (name, tree) = try await upload.finish()
    guard name == expected else {
      try await discard(upload)
      throw UploadError.digest(expected: expected, found: name)
    }
    try store.fault(.uploadDigested)
    let staged = try await upload.staged()
    try store.fault(.uploadSynced)
    let generation: UInt64
    do { generation = try await store.catalogue.before(putting: [name]).generation } catch BlobError.erased(let name) {
      try await discard(upload)
      throw BlobError.erased(name)
    }
    if tree.leaves.count > 1 { try await store.backend.store([(BlobObject(name, .tree), tree.stored)]) }
    try store.fault(.treeStored)
    // Until the end nobody else may open the file. It has another name then: whatever fails, the upload begins again.
    defer { open[key] = nil }
    try await store.store(staged, as: name, tree, generation)
    try store.fault(.blobStored)
    let info = BlobStore.Info(name: name, bytes: tree.bytes, root: tree.root)
    try await rows.commit(upload.row, info, generation: generation, unixMs: unixMs())
    try store.fault(.uploadCommitted)
    return info
  }

  private func upload(_ caller: String, _ id: String) async throws -> OpenUpload {
    if let upload = open[Key(caller: caller, id: id)] { return upload }
    guard let row = try await rows.all().first(where: { $0.caller == caller && $0.id == id }) else {
      throw UploadError.unknown(id: id)
    }
    return try opened(row)
  }

  private func opened(_ row: UploadRows.Row) throws -> OpenUpload {
    let key = Key(caller: row.caller, id: row.id)
    if let upload = open[key] { return upload }
    let upload = try OpenUpload(row, rows: rows, folder: folder, unixMs: unixMs, fault: store.fault)
    open[key] = upload
    return upload
  }

  private func discard(_ upload: OpenUpload) async throws {
    open[Key(caller: upload.row.caller, id: upload.row.id)] = nil
    try await rows.remove(upload.row)
    try folder.remove(upload.row.file)
  }
}
