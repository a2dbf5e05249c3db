import Cryptography
import Foundation
import MerkleLog
import Receipts
import TestKit
import Testing

@testable import Stores

/// Uploads in parts, on every backend.
@Suite struct UploadTests {
  let scratch = Scratch()

  @Test(arguments: BackendKind.allCases)
  func `A blob of many parts is one blob, with its tree beside it`(kind: BackendKind) async throws {
    let fixture = BlobFixture(kind, scratch)
    let store = try await fixture.open(bytesMax: 32 << 20)
    let uploads = try await fixture.uploads(store)
    for (number, size) in [0, 1, ChunkTree.chunkBytes, ChunkTree.chunkBytes + 1, 17 << 20].enumerated() {
      let blob = bytes(size, seed: UInt64(number))
      let info = try await upload(blob, to: uploads, id: "u\(number)", partBytes: 3 << 20)
      #expect(info == BlobStore.Info(name: BlobName(of: blob), bytes: UInt64(size), root: ChunkTree(of: blob).root))
      #expect(try await sameBytes(store.get(info.name), blob))
      #expect(try await store.reader(of: info.name).info == info)
      #expect(try await store.catalogue.retention(of: info.name) == [.model])
      // The answer was lost: the same again.
      #expect(try await uploads.commit(caller: "tester", id: "u\(number)", as: info.name) == info)
    }
    try await store.requireSound()
  }

  @Test func `After a crash an upload goes on from what was synced, whatever else the file holds`() async throws {
    let fixture = BlobFixture(.files, scratch)
    let store = try await fixture.open()
    let synced = Int(OpenUpload.syncEveryBytes)
    let blob = bytes(synced + (5 << 20))
    let uploads = try await fixture.uploads(store)
    var at = try await uploads.begin(caller: "a", id: "one", bytes: UInt64(blob.count), retention: .model)
    while at < blob.count {
      let part = Array(blob[Int(at)..<min(Int(at) + (4 << 20), blob.count)])
      at = try await uploads.write(caller: "a", id: "one", at: at, part)
    }
    try await uploads.drain(caller: "a", id: "one")
    // Nothing after the sync is believed: here the crash has made it something else.
    let row = try #require(try await UploadRows(database: store.catalogue.database).all().first)
    #expect(row.durable == UInt64(synced))
    let file = try FileHandle(forWritingTo: URL(filePath: "\(fixture.folder)/uploads/\(row.file)"))
    try file.seek(toOffset: UInt64(synced))
    try file.write(contentsOf: Data(repeating: 0, count: 5 << 20))
    let later = try await fixture.uploads(try await fixture.open())
    #expect(try await later.begin(caller: "a", id: "one", bytes: UInt64(blob.count), retention: .model) == row.durable)
    let info = try await upload(blob, to: later, caller: "a", partBytes: 4 << 20)
    #expect(info.name == BlobName(of: blob))
  }

  @Test(arguments: BackendKind.allCases)
  func `Parts come in order, and one that came before changes nothing`(kind: BackendKind) async throws {
    let fixture = BlobFixture(kind, scratch)
    let uploads = try await fixture.uploads(try await fixture.open())
    let blob = bytes(1000)
    func write(_ range: Range<Int>, at offset: Int? = nil) async throws -> UInt64 {
      try await uploads.write(caller: "a", id: "one", at: UInt64(offset ?? range.lowerBound), Array(blob[range]))
    }
    await #expect(throws: UploadError.unknown(id: "one")) { try await write(0..<1) }
    #expect(try await uploads.begin(caller: "a", id: "one", bytes: 1000, retention: .model) == 0)
    #expect(try await write(0..<600) == 600)
    #expect(try await write(0..<600) == 600)
    #expect(try await write(100..<200) == 600)
    await #expect(throws: UploadError.offset(700, received: 600)) { try await write(700..<800) }
    await #expect(throws: UploadError.beyondEnd(offset: 1001, bytes: 1000)) { try await write(0..<1000, at: 1) }
    await #expect(throws: UploadError.incomplete(received: 600, bytes: 1000)) {
      try await uploads.commit(caller: "a", id: "one", as: BlobName(of: blob))
    }
    #expect(try await write(500..<1000) == 1000)
    // Another caller has no part in it.
    await #expect(throws: UploadError.unknown(id: "one")) {
      try await uploads.commit(caller: "b", id: "one", as: BlobName(of: blob))
    }
    #expect(try await uploads.commit(caller: "a", id: "one", as: BlobName(of: blob)).bytes == 1000)
  }

  @Test(arguments: BackendKind.allCases)
  func `Bytes of another digest are discarded and never served`(kind: BackendKind) async throws {
    let fixture = BlobFixture(kind, scratch)
    let store = try await fixture.open()
    let uploads = try await fixture.uploads(store)
    _ = try await uploads.begin(caller: "a", id: "one", bytes: 3, retention: .model)
    _ = try await uploads.write(caller: "a", id: "one", at: 0, [1, 2, 3])
    let (expected, found) = (BlobName(of: [3, 2, 1]), BlobName(of: [1, 2, 3]))
    await #expect(throws: UploadError.digest(expected: expected, found: found)) {
      try await uploads.commit(caller: "a", id: "one", as: expected)
    }
    await #expect(throws: UploadError.unknown(id: "one")) {
      try await uploads.commit(caller: "a", id: "one", as: found)
    }
    for name in [expected, found] { await #expect(throws: BlobError.missing(name)) { try await store.get(name) } }
    try await store.requireSound()
  }

  @Test func `Every limit of an upload is refused by name`() async throws {
    let fixture = BlobFixture(.files, scratch)
    var limits = UploadStore.Limits()
    limits.bytesMax = 100
    limits.quotaBytes = 150
    limits.partBytesMax = 50
    limits.openMax = 2
    let store = try await fixture.open()
    let uploads = try await fixture.uploads(store, limits: limits)
    func begin(_ id: String, _ bytes: UInt64, _ caller: String = "a") async throws -> UInt64 {
      try await uploads.begin(caller: caller, id: id, bytes: bytes, retention: .model)
    }
    for id in ["", "A", "../x", String(repeating: "a", count: 65), "a b"] {
      await #expect(throws: UploadError.id(id)) { try await begin(id, 1) }
    }
    await #expect(throws: BlobError.tooLarge(bytes: 101, max: 100)) { try await begin("one", 101) }
    #expect(try await begin("one", 100) == 0)
    await #expect(throws: UploadError.conflict(id: "one")) { try await begin("one", 99) }
    await #expect(throws: UploadError.quota(caller: "a", used: 100, bytes: 60, max: 150)) { try await begin("two", 60) }
    #expect(try await begin("two", 60, "b") == 0)
    #expect(try await begin("two", 50) == 0)
    await #expect(throws: UploadError.tooMany(max: 2)) { try await begin("three", 0) }
    await #expect(throws: UploadError.partTooLarge(bytes: 51, max: 50)) {
      try await uploads.write(caller: "a", id: "one", at: 0, bytes(51))
    }
    try await uploads.abort(caller: "a", id: "one")
    try await uploads.abort(caller: "a", id: "one")
    // What was committed counts until it is released.
    let info = try await upload(bytes(100), to: uploads, caller: "a", partBytes: 50)
    await #expect(throws: UploadError.quota(caller: "a", used: 150, bytes: 1, max: 150)) { try await begin("four", 1) }
    let collector = fixture.collector(store)
    #expect(try await !collector.release(info.name, .content, holder: UploadRows.holder("a")))
    #expect(try await collector.release(info.name, .model, holder: UploadRows.holder("a")))
    await #expect(throws: BlobError.missing(info.name)) { try await store.get(info.name) }
    #expect(try await begin("four", 1) == 0)
  }

  @Test func `An upload that nobody goes on with is discarded, and a living one is not`() async throws {
    let fixture = BlobFixture(.files, scratch)
    let uploads = try await fixture.uploads(try await fixture.open())
    for id in ["dead", "alive"] {
      _ = try await uploads.begin(caller: "a", id: id, bytes: 10, retention: .model)
      _ = try await uploads.write(caller: "a", id: id, at: 0, [1, 2])
    }
    #expect(try await uploads.expire() == 0)
    fixture.now.pass(.seconds(25 * 3600))
    _ = try await uploads.write(caller: "a", id: "alive", at: 2, [3])
    #expect(try await uploads.expire() == 1)
    await #expect(throws: UploadError.unknown(id: "dead")) {
      try await uploads.write(caller: "a", id: "dead", at: 2, [3])
    }
    #expect(try await uploads.write(caller: "a", id: "alive", at: 3, [4]) == 4)
    #expect(try FileManager.default.contentsOfDirectory(atPath: "\(fixture.folder)/uploads").count == 1)
  }
}
