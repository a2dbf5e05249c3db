import Cryptography
import Foundation
import Receipts
import Synchronization
import TestKit
import Testing

@testable import Stores

/// What the tests of blobs and of the log run against: a place for blobs or tiles, and one for rows.
struct BackendKind: Sendable, CustomTestStringConvertible {
  enum Blobs: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case filesystem, nanio, swift

    static var allCases: [Blobs] {
      TestSize.pick([.filesystem, .nanio], long: [.filesystem, .nanio, .swift])
    }

    /// Throws what kept it from starting.
    var server: S3Server {
      get throws { try self == .swift ? S3Server.swift.get() : S3Server.nanio.get() }
    }

    var testDescription: String { rawValue }
  }

  static let files = BackendKind(blobs: .filesystem, rows: .sqlite)

  let blobs: Blobs
  let rows: Backend

  /// Each place once, or in a long run every pair.
  static let allCases = TestSize.pick(
    [files, BackendKind(blobs: .nanio, rows: .postgres)],
    long: Blobs.allCases.flatMap { blobs in Backend.allCases.map { BackendKind(blobs: blobs, rows: $0) } })

  /// Every pair, where a test takes long only in a long run.
  static let long = TestSize.pick([files], long: allCases)

  var testDescription: String { "\(blobs), \(rows)" }
}

/// A store in a folder, and in a bucket of its own, opened again and again as a process that was killed would.
struct BlobFixture: Sendable {
  let kind: BackendKind
  let folder: String
  let bucket: String
  /// Milliseconds since 1970, as the store is told.
  let now = Now()

  final class Now: Sendable {
    let value = Mutex<Int64>(1_700_000_000_000)
    var unixMs: Int64 { value.withLock { $0 } }
    func pass(_ duration: Duration) { value.withLock { $0 += duration.components.seconds * 1000 } }
  }

  init(_ kind: BackendKind, _ scratch: Scratch, _ name: String = "store") {
    self.kind = kind
    folder = "\(scratch.path)/\(name)"
    bucket = "b" + SHA256.hash(Array(folder.utf8)).hex.prefix(40)
  }

  func backend() async throws -> any BlobBackend {
    switch kind.blobs {
    case .filesystem: return try FileBackend(folder: "\(folder)/blobs")
    case .nanio, .swift:
      let backend = S3Backend(try kind.blobs.server.client(bucket: bucket))
      try await backend.prepare()
      return backend
    }
  }

  func open(bytesMax: Int = 8 << 20, fault: @escaping BlobFault = { _ in }) async throws -> BlobStore {
    BlobStore(
      backend: try await backend(),
      catalogue: BlobCatalogue(
        try await kind.rows.location("\(folder)/storage.sqlite").open(StorageSchema.schema)),
      bytesMax: bytesMax, fault: fault)
  }

  func uploads(_ store: BlobStore, limits: UploadStore.Limits = .init()) async throws -> UploadStore {
    try await UploadStore(
      folder: "\(folder)/uploads", store: store, limits: limits, unixMs: { [now] in now.unixMs })
  }

  func collector(_ store: BlobStore, _ lifetimes: BlobCollector.Lifetimes = [:]) -> BlobCollector {
    BlobCollector(store, lifetimes: lifetimes, unixMs: { [now] in now.unixMs })
  }

  /// Puts other bytes in the place of an object, past the store.
  func overwrite(_ object: BlobObject, with bytes: [UInt8]?) async throws {
    let hex = object.name.digest.hex
    switch kind.blobs {
    case .filesystem:
      let url = URL(filePath: "\(folder)/blobs/\(hex.prefix(2))/\(hex.dropFirst(2).prefix(2))/\(object)")
      if let bytes { try Data(bytes).write(to: url) } else { try FileManager.default.removeItem(at: url) }
    case .nanio, .swift:
      let client = try kind.blobs.server.client(bucket: bucket)
      let key = "blobs/\(hex.prefix(2))/\(object)"
      if let bytes { try await client.put(key, bytes) } else { try await client.delete(key) }
    }
  }
}

extension BlobStore {
  /// Puts a blob and refers to it.
  @discardableResult
  func keep(
    _ bytes: [UInt8], _ retention: RetentionClass = .opening, holder: String = "test", unixMs: Int64 = 1_700_000_000_000
  ) async throws -> BlobName {
    let put = try await put([bytes])
    try await refer(to: put, bytes.count, retention, holder: holder, unixMs: unixMs)
    return put.names[0]
  }

  /// Refers to blobs of this size as custody does: in a statement of its own for each holder.
  func refer(
    to put: PutBlobs, _ bytes: Int, _ retention: RetentionClass = .opening, holder: String = "test",
    unixMs: Int64 = 1_700_000_000_000
  ) async throws {
    let receipt = ReceiptID(unixMs: 1, random: Array(SHA256.hash(Array(holder.utf8)).bytes.prefix(10)))
    _ = try await CustodyStore(catalogue.database).record(
      [1], of: receipt, subject: SHA256.hash(Array(UUID().uuidString.utf8)),
      blobs: put.names.map { .init(name: $0.digest, bytes: UInt64(bytes), retention: retention) },
      generation: put.generation, unixMs: unixMs)
  }

  /// Every blob that has a row is referred to, there and right; and no object is without a row, but `strays`.
  func requireSound(strays: Int = 0) async throws {
    for name in try await catalogue.present(after: nil, max: 10_000) {
      #expect(try await !catalogue.retention(of: name).isEmpty)
      let info = try await reader(of: name).info
      #expect(try await digest(name, bytes: info.bytes)?.name == name)
    }
    var unknown: Set<BlobName> = []
    for object in try await objects() where try await catalogue.object(object.name) == nil {
      unknown.insert(object.name)
    }
    #expect(unknown.count == strays)
  }

  /// All that the backend holds; of S3 in one listing.
  private func objects() async throws -> [BlobObject] {
    if let s3 = backend as? S3Backend {
      return try await s3.client.list(prefix: "blobs/").compactMap { item in
        item.key.split(separator: "/").last.flatMap { BlobObject(fileName: String($0)) }
      }
    }
    var objects: [BlobObject] = []
    for part in UInt8.min ... .max { objects += try await backend.objects(beginning: part).map(\.object) }
    return objects
  }
}

/// Bytes that look random and are the same every time.
func bytes(_ count: Int, seed: UInt64 = 1) -> [UInt8] { xorshiftBytes(count, seed: seed) }
