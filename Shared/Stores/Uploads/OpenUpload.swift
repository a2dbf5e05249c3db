internal import Cryptography
internal import MerkleLog

/// One upload in progress: a file that grows by parts. Behind the parts, chunks are read back from the file and hashed,
/// so that what is committed is what the file holds; and every so often they are synced, which bounds what a crash costs.
/// In memory there is never more than a part and a chunk.
actor OpenUpload {
  /// How far hashing may be behind the parts, and syncing behind hashing.
  static let backlogBytesMax: UInt64 = 8 << 20
  static let syncEveryBytes: UInt64 = 64 << 20

  nonisolated let row: UploadRows.Row
  private let rows: UploadRows
  private let folder: OpenFolder
  private let file: OpenFile
  private let fault: BlobFault
  private let unixMs: @Sendable () -> Int64
  private let disk = DiskQueue("upload", concurrent: true)

  private(set) var received: UInt64
  private(set) var touchedUnixMs: Int64
  private var durable: UInt64
  private var digest: BlobDigest? = BlobDigest()
  private var digested: UInt64 = 0
  private var result: (name: BlobName, tree: ChunkTree)?
  private var pump: Task<Void, any Error>?

  /// Opens the file of an upload as far as it is durable.
  init(
    _ row: UploadRows.Row, rows: UploadRows, folder: OpenFolder, unixMs: @escaping @Sendable () -> Int64,
    fault: @escaping BlobFault
  ) throws {
    self.row = row
    self.rows = rows
    self.folder = folder
    self.unixMs = unixMs
    self.fault = fault
    guard let file = try folder.file(row.file, making: true) else { throw UploadError.unknown(id: row.id) }
    // What is durable of the file is nothing without its name.
    try folder.sync()
    self.file = file
    // A file that a crash took, as a commit may have, begins again.
    durable = min(row.durable, try file.status().bytes)
    try file.truncate(to: durable)
    received = durable
    touchedUnixMs = unixMs()
  }

  /// Takes the next part, or one that was received already. Returns how many bytes were received.
  func write(_ part: [UInt8], at offset: UInt64) async throws -> UInt64 {
    guard offset <= received else { throw UploadError.offset(offset, received: received) }
    let (end, overflow) = offset.addingReportingOverflow(UInt64(part.count))
    guard !overflow, end <= row.bytes else { throw UploadError.beyondEnd(offset: end, bytes: row.bytes) }
    touchedUnixMs = unixMs()
    guard end > received else { return received }
    let fresh = offset == received ? part : Array(part.dropFirst(Int(received - offset)))
    let (file, at) = (file, received)
    try await disk.run { try file.write(fresh, at: at) }
    received = max(received, end)
    try fault(.partWritten)
    startPump()
    if received - digested > Self.backlogBytesMax { try await pump?.value }
    return received
  }

  /// What was uploaded, once it is whole. Errors: ``UploadError/incomplete(received:bytes:)``.
  func finish() async throws -> (name: BlobName, tree: ChunkTree) {
    if let result { return result }
    guard received == row.bytes else { throw UploadError.incomplete(received: received, bytes: row.bytes) }
    try await drain()
    if let result { return result }
    guard let finished = digest.take()?.finish() else { throw UploadError.unknown(id: row.id) }
    result = finished
    return finished
  }

  /// The file with everything on the disk.
  func staged() async throws -> StagedFile {
    let file = file
    try await disk.run { try file.sync() }
    return StagedFile(folder: folder, name: row.file, file: file, bytes: row.bytes)
  }

  /// Hashes all that is there.
  func drain() async throws {
    startPump()
    try await pump?.value
  }

  private func startPump() {
    guard pump == nil else { return }
    pump = Task {
      defer { pump = nil }
      while try await digestNext() {}
    }
  }

  /// Hashes the next chunk that is there whole. Returns whether there was one.
  private func digestNext() async throws -> Bool {
    let count = min(UInt64(ChunkTree.chunkBytes), row.bytes - digested)
    guard count > 0, received - digested >= count, digest != nil else { return false }
    let (file, at) = (file, digested)
    let chunk = try await disk.run { try file.read(from: at, count: Int(count)) }
    guard UInt64(chunk.count) == count else { throw StoreFileError.readBack(path: file.path) }
    digest?.append(chunk)
    digested += count
    // Of an upload that was taken up again hashing begins behind what is durable.
    if digested >= durable + Self.syncEveryBytes {
      try await disk.run { try file.sync() }
      durable = digested
      try await rows.advance(row, durable: durable, unixMs: unixMs())
      try fault(.partDurable)
    }
    return true
  }
}
