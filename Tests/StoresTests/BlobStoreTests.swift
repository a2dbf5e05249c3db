import Cryptography
import Foundation
import Receipts
import Testing

@testable import Stores

@Suite struct BlobStoreTests {
  let scratch = Scratch()

  func open(bytesMax: Int = 1 << 20) throws -> BlobStore {
    try BlobStore(folder: "\(scratch.path)/blobs", bytesMax: bytesMax)
  }

  func file(of name: BlobName) -> URL {
    let hex = name.digest.hex
    return URL(filePath: "\(scratch.path)/blobs/\(hex.prefix(2))/\(hex.dropFirst(2).prefix(2))/\(name)")
  }

  @Test func `Blobs come back byte for byte, from another process too`() async throws {
    let blobs: [[UInt8]] = [[], [0], Array("a blob".utf8), [UInt8](repeating: 7, count: 100_000)]
    let names = try await open().put(blobs)
    #expect(names.map(\.digest) == blobs.map { SHA256.hash($0) })
    let later = try open()
    for (name, blob) in zip(names, blobs) { #expect(try await later.get(name) == blob) }
  }

  @Test func `Each flipped byte of a stored blob is found, and putting the blob again mends it`() async throws {
    let store = try open()
    let blob = Array("sixteen bytes...".utf8)
    let name = try #require(try await store.put([blob]).first)
    for position in blob.indices {
      var damaged = blob
      damaged[position] ^= 1
      try Data(damaged).write(to: file(of: name))
      await #expect(throws: BlobError.damaged(name, found: BlobName(of: damaged))) { try await store.get(name) }
    }
    try Data(blob.dropLast()).write(to: file(of: name))
    await #expect(throws: BlobError.self) { try await store.get(name) }
    #expect(try await store.put([blob]) == [name])
    #expect(try await store.get(name) == blob)
  }

  @Test func `Putting one blob many times at once gives one file`() async throws {
    let store = try open()
    let blob = Array("again and again".utf8)
    try await withThrowingTaskGroup(of: [BlobName].self) { group in
      for _ in 0..<50 { group.addTask { try await store.put([blob, blob]) } }
      for try await names in group { #expect(names == [BlobName(of: blob), BlobName(of: blob)]) }
    }
    let folder = file(of: BlobName(of: blob)).deletingLastPathComponent().path
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 1)
    #expect(try FileManager.default.contentsOfDirectory(atPath: "\(scratch.path)/blobs.tmp").isEmpty)
  }

  @Test func `A blob above the limit is refused before anything is written`() async throws {
    let store = try open(bytesMax: 10)
    await #expect(throws: BlobError.tooLarge(bytes: 11, max: 10)) {
      try await store.put([[1], [UInt8](repeating: 0, count: 11)])
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: "\(scratch.path)/blobs").isEmpty)
  }

  @Test func `A missing blob is named`() async throws {
    let name = BlobName(of: [1])
    await #expect(throws: BlobError.missing(name)) { try await open().get(name) }
  }

  @Test func `No link in the store is followed, neither a file nor a folder`() async throws {
    let store = try open()
    let blob = Array("secret of somebody else".utf8)
    let name = BlobName(of: blob)
    let outside = "\(scratch.path)/outside"
    try Data(blob).write(to: URL(filePath: outside))
    let folder = file(of: name).deletingLastPathComponent()
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: file(of: name).path, withDestinationPath: outside)
    await #expect(throws: StoreFileError.self) { try await store.get(name) }
    await #expect(throws: StoreFileError.self) { try await store.put([blob]) }

    try FileManager.default.removeItem(at: folder)
    try FileManager.default.createDirectory(atPath: "\(outside).d", withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: folder.path, withDestinationPath: "\(outside).d")
    await #expect(throws: StoreFileError.self) { try await store.put([blob]) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: "\(outside).d").isEmpty)
  }

  @Test(arguments: [
    "", "sha256:", "../../etc/passwd", "sha512:" + String(repeating: "0", count: 64),
    "sha256:" + String(repeating: "0", count: 63), "sha256:" + String(repeating: "0", count: 65),
    "sha256:" + String(repeating: "A", count: 64), " sha256:" + String(repeating: "0", count: 64),
    "sha256:" + String(repeating: "0", count: 62) + "/.",
  ])
  func `No other spelling is a blob's name`(text: String) { #expect(BlobName(text) == nil) }

  @Test func `The name has one spelling`() {
    let name = BlobName(of: [1, 2, 3])
    #expect(BlobName("\(name)") == name)
  }

  @Test func `What a crash left half written is gone at the next start`() async throws {
    _ = try open()
    try Data([1]).write(to: URL(filePath: "\(scratch.path)/blobs.tmp/half"))
    _ = try open()
    #expect(try FileManager.default.contentsOfDirectory(atPath: "\(scratch.path)/blobs.tmp").isEmpty)
  }

  @Test(arguments: Backend.allCases)
  func `One custody is kept for a receipt and a subject, and blobs keep every rule`(_ backend: Backend) async throws {
    let path = "\(scratch.path)/storage.sqlite"
    let custody = CustodyStore(try await backend.location(path).open(StorageSchema.schema))
    let (receipt, subject) = (ReceiptID(unixMs: 1, random: Array(1...10)), SHA256.hash([1]))
    let name = SHA256.hash([2])
    func blob(_ retention: RetentionClass) -> CustodyPredicate.KeptBlob {
      .init(name: name, bytes: 1, retention: retention)
    }
    #expect(try await custody.statement(of: receipt, subject: subject) == nil)
    #expect(try await custody.record([1], of: receipt, subject: subject, blobs: [blob(.opening)]) == [1])
    #expect(try await custody.record([2], of: receipt, subject: subject, blobs: [blob(.content)]) == [1])
    #expect(try await custody.record([3], of: receipt, subject: name, blobs: [blob(.model)]) == [3])
    let again = CustodyStore(try await backend.location(path).open(StorageSchema.schema))
    #expect(try await again.statement(of: receipt, subject: subject) == [1])
    #expect(try await again.retention(of: BlobName(name)) == [.opening, .model])
    #expect(try await again.retention(of: BlobName(subject)).isEmpty)
  }
}
