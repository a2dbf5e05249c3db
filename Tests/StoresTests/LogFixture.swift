import Codec
import Cryptography
import Foundation
import MerkleLog
import Testing

@testable import Stores

/// A log in a folder, opened again and again as a process that was killed would.
struct LogFixture: Sendable {
  static let origin = "log.example/test"

  let folder: String
  var key: SigningKey
  var origin: String
  var migrations: [Migration]
  var kind = BackendKind.files

  init(
    folder: String, key: SigningKey? = nil, origin: String = LogFixture.origin,
    migrations: [Migration] = StorageSchema.migrations, kind: BackendKind = .files
  ) throws {
    self.kind = kind
    self.folder = folder
    self.key = try key ?? SigningKey(seed: SHA256.hash(Array("checkpoint key".utf8)).bytes)
    self.origin = origin
    self.migrations = migrations
  }

  /// - Parameter isExclusive: takes the lock, which the value that a test still holds of an earlier opening would keep.
  func open(
    limits: Sequencer.Limits = .init(), calls: FileCalls = .system, isExclusive: Bool = false,
    audit: LogStart.Audit = .full, fault: @escaping AppendFault = { _ in },
    observe: @escaping @Sendable (Sequencer.Commit) -> Void = { _ in }
  ) async throws -> Sequencer {
    var start = LogStart(
      rows: LogRows(try await database()),
      tiles: try await tiles(calls), signer: try NoteSigner(name: origin, key: key),
      unixMs: { 1_000 })
    start.limits = limits
    start.auditing = audit
    start.lockPath = isExclusive ? "\(folder)/log.lock" : nil
    start.observe = observe
    start.fault = fault
    return try await start.open().sequencer
  }

  private func tiles(_ calls: FileCalls) async throws -> any LogTiles {
    guard kind.blobs != .filesystem else { return try LogFiles(folder: "\(folder)/log", calls: calls) }
    let client = try bucket()
    try await client.prepareBucket()
    return LogBucket(client)
  }

  /// Where the tiles are, unless they are files.
  func bucket() throws -> S3Client {
    try kind.blobs.server.client(bucket: "l" + SHA256.hash(Array(folder.utf8)).hex.prefix(40))
  }

  func database() async throws -> any RowDatabase {
    try await kind.rows.location("\(folder)/storage.sqlite").open(Schema(service: "storage", migrations), .migrating)
  }

  func remove() throws {
    // With rows and tiles in servers there is none.
    if FileManager.default.fileExists(atPath: folder) { try removeFolder(folder) }
  }

  /// The same log as the disk has it now, in another folder.
  func copy(to path: String) throws -> LogFixture {
    // A database that was just let go of closes on a thread of its own, and removes its side files meanwhile.
    for attempt in 1... {
      do { try FileManager.default.copyItem(atPath: folder, toPath: path) } catch {
        guard attempt < 100 else { throw error }
        try? FileManager.default.removeItem(atPath: path)
        usleep(20_000)
        continue
      }
      break
    }
    return try LogFixture(folder: path, key: key, origin: origin, migrations: migrations)
  }

  /// A copy of the database alone, as a backup would hold it.
  func copyDatabase(to path: String) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for suffix in ["", "-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: "\(path)/storage.sqlite\(suffix)")
      try FileManager.default.copyItem(
        atPath: "\(folder)/storage.sqlite\(suffix)", toPath: "\(path)/storage.sqlite\(suffix)")
    }
  }

  var policy: CheckpointPolicy {
    get throws { try CheckpointPolicy(origin: origin, logKey: NoteSigner(name: origin, key: key).verifierKey) }
  }
}

/// Removes a folder, with what a database that closes meanwhile still removes itself.
func removeFolder(_ path: String) throws {
  for attempt in 1... {
    do { return try FileManager.default.removeItem(atPath: path) } catch {
      guard attempt < 100 else { throw error }
      usleep(20_000)
    }
  }
}

func logEntry(_ number: Int, subject: String? = nil, kind: String = "receipt", key: [UInt8] = [1]) -> LogEntry {
  LogEntry(
    digest: SHA256.hash(Array("statement \(number)".utf8)), statement: Array("statement \(number)".utf8), keyID: key,
    kind: kind,
    subject: subject ?? "subject \(number)")
}

/// Appends all at once.
@discardableResult
func append(_ numbers: Range<Int>, to log: Sequencer) async throws -> [Int: UInt64] {
  try await withThrowingTaskGroup(of: (Int, UInt64).self) { group in
    for number in numbers { group.addTask { (number, try await log.append(logEntry(number))) } }
    return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
  }
}

/// Throws unless each of these entries is in the newest published tree at its index.
func requireIncluded(_ indices: [Int: UInt64], in log: Sequencer, policy: CheckpointPolicy) async throws {
  for (number, index) in indices {
    let (proof, head) = try await log.published.inclusion(index: index)
    let verified = try TlogProof(index: index, path: proof.path, note: head.note)
      .verify(entry: logEntry(number).digest.bytes, policy: policy)
    #expect(verified.index == index)
    #expect(try await log.find(logEntry(number).digest)?.index == index)
  }
}

struct Stopped: Error {}
