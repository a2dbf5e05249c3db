import Cryptography
import Foundation
import Receipts
import Testing

@testable import Stores

/// The rows of the blobs in both databases.
@Suite struct BlobRowsTests {
  let scratch = Scratch()

  private func store(_ database: any RowDatabase) throws -> BlobStore {
    BlobStore(backend: try FileBackend(folder: "\(scratch.path)/blobs"), catalogue: BlobCatalogue(database))
  }

  @Test(arguments: Backend.allCases)
  func `A blob lives, expires, comes again, is damaged, healed and erased`(_ backend: Backend) async throws {
    let location = try backend.location("\(scratch.path)/storage.sqlite")
    let store = try self.store(try await location.open(StorageSchema.schema))
    let name = try await store.keep([1], .content, unixMs: 1000)
    try await store.keep([2], .opening, unixMs: 1000)
    let collector = BlobCollector(store, lifetimes: [.content: .seconds(60)], unixMs: { 120_000 })
    #expect(try await collector.run().removed == 1)
    await #expect(throws: BlobError.missing(name)) { try await store.get(name) }
    try await store.keep([1])
    let object = try #require(try await store.catalogue.object(name))
    try await store.backend.remove(BlobObject(name))
    #expect(try await store.damaged(name, object, found: nil) == .damaged(name, found: nil))
    #expect(try await store.catalogue.asideCount() == 1)
    try await store.keep([1], holder: "other")
    #expect(try await store.get(name) == [1])
    #expect(try await BlobScrubber(store).round { _ in } == [])
    #expect(try await store.erase(name, reason: "r", unixMs: 5).bytes == 1)
    #expect(try await store.keep(tombstone: [9], of: name) == [9])
    #expect(try await store.keep(tombstone: [8], of: name) == [9])
    let again = try self.store(try await location.open(StorageSchema.schema))
    #expect(try await again.catalogue.erasures().map(\.statement) == [[9]])
    await #expect(throws: BlobError.erased(name)) { try await again.put([[1]]) }
    #expect(try await again.catalogue.present(after: nil, max: 9) == [BlobName(of: [2])])
  }

  @Test(arguments: Backend.allCases)
  func `An upload is begun, goes on, is committed and counted`(_ backend: Backend) async throws {
    let location = try backend.location("\(scratch.path)/storage.sqlite")
    let store = try self.store(try await location.open(StorageSchema.schema))
    var limits = UploadStore.Limits()
    limits.quotaBytes = 150
    let uploads = try await UploadStore(folder: "\(scratch.path)/up", store: store, limits: limits, unixMs: { 7 })
    let blob = bytes(100)
    #expect(try await uploads.begin(caller: "a", id: "1", bytes: 100, retention: .model) == 0)
    #expect(try await uploads.write(caller: "a", id: "1", at: 0, Array(blob.prefix(60))) == 60)
    #expect(try await uploads.write(caller: "a", id: "1", at: 60, Array(blob.dropFirst(60))) == 100)
    let info = try await uploads.commit(caller: "a", id: "1", as: BlobName(of: blob))
    #expect(try await uploads.commit(caller: "a", id: "1", as: BlobName(of: blob)) == info)
    #expect(try await store.get(info.name) == blob)
    await #expect(throws: UploadError.quota(caller: "a", used: 100, bytes: 51, max: 150)) {
      try await uploads.begin(caller: "a", id: "2", bytes: 51, retention: .model)
    }
    #expect(
      try await BlobCollector(store, lifetimes: [:], unixMs: { 0 }).release(info.name, .model, holder: "upload:a"))
    #expect(try await uploads.begin(caller: "a", id: "2", bytes: 150, retention: .model) == 0)
  }

  @Test(arguments: Backend.allCases)
  func `Putting and removing one blob at once ends in one of both`(_ backend: Backend) async throws {
    let location = try backend.location("\(scratch.path)/storage.sqlite")
    let store = try self.store(try await location.open(StorageSchema.schema))
    let collector = BlobCollector(store, lifetimes: [.content: .seconds(0)], unixMs: { 2000 })
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<12 {
        group.addTask {
          do { try await store.keep([7], .content, holder: "\(number)", unixMs: 1000) } catch BlobError.moving {}
        }
        group.addTask { _ = try await collector.run() }
      }
      try await group.waitForAll()
    }
    _ = try await collector.run()
    #expect(try await store.catalogue.object(BlobName(of: [7])) == nil)
    try await store.keep([7])
    #expect(try await store.get(BlobName(of: [7])) == [7])
  }

  @Test(arguments: Backend.allCases)
  func `Blobs of older rows keep their rules, and stay`(_ backend: Backend) async throws {
    let location = try backend.location("\(scratch.path)/storage.sqlite")
    let older = Schema(service: "storage", Array(StorageSchema.migrations.prefix(BlobSchema.version - 1)))
    let digest = SHA256.hash([1])
    try await location.open(older).write { db in
      for rule in ["opening", "model"] {
        try db.run("INSERT INTO blob (digest, retention, bytes) VALUES (?, ?, 1)", [digest, rule])
      }
    }
    #expect(try await location.migrate(StorageSchema.schema, dryRun: false).count == 3)
    let catalogue = BlobCatalogue(try await location.open(StorageSchema.schema))
    #expect(try await catalogue.retention(of: BlobName(digest)) == [.opening, .model])
    #expect(try await catalogue.object(BlobName(digest))?.bytes == 1)
    #expect(try await catalogue.expire(.opening, before: 1_600_000_000_000, max: 9).closed.isEmpty)
  }

  @Test(arguments: Backend.allCases)
  func `An erased statement leaves the rows, and does not come back`(_ backend: Backend) async throws {
    let log = try LogFixture(folder: scratch.path, kind: BackendKind(blobs: .filesystem, rows: backend))
    let sequencer = try await log.open()
    try await append(0..<3, to: sequencer)
    let store = try self.store(try await log.database())
    let statement = Array("statement 1".utf8)
    let name = BlobName(of: statement)
    #expect(try await sequencer.statement(name.digest) == statement)
    #expect(try await store.erase(name, reason: "r", unixMs: 5).bytes == 11)
    #expect(try await sequencer.statement(name.digest) == nil)
    await #expect(throws: BlobError.erased(name)) { try await store.get(name) }
    // What was erased before it was registered is not kept either.
    let later = BlobName(of: Array("statement 3".utf8))
    try await store.keep(Array("statement 3".utf8))
    _ = try await store.erase(later, reason: "r", unixMs: 5)
    try await append(0..<4, to: sequencer)
    for erased in [name, later] {
      #expect(try await sequencer.statement(erased.digest) == nil)
      #expect(try await sequencer.find(erased.digest) != nil)
    }
    let unknown = BlobName(of: [0])
    await #expect(throws: BlobError.missing(unknown)) { try await store.erase(unknown, reason: "r", unixMs: 5) }
  }
}
