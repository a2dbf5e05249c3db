import Cryptography
import Foundation
import Receipts
import TestKit
import Testing

@testable import Stores

/// What is particular to blobs in files: links, leftovers, names.
@Suite struct BlobFileTests {
  let scratch = Scratch()
  var fixture: BlobFixture { BlobFixture(.files, scratch) }

  @Test func `No link in the store is followed, neither a file nor a folder`() async throws {
    let store = try await fixture.open()
    let blob = Array("secret of somebody else".utf8)
    let name = try await store.keep(blob)
    let outside = "\(scratch.path)/outside"
    try Data(blob).write(to: URL(filePath: outside))
    let hex = name.digest.hex
    let folder = URL(filePath: "\(fixture.folder)/blobs/\(hex.prefix(2))/\(hex.dropFirst(2).prefix(2))")
    let file = folder.appending(path: "\(name)")
    try FileManager.default.removeItem(at: file)
    try FileManager.default.createSymbolicLink(atPath: file.path, withDestinationPath: outside)
    await #expect(throws: StoreFileError.self) { try await store.get(name) }
    await #expect(throws: StoreFileError.self) { try await store.put([blob]) }

    try FileManager.default.removeItem(at: folder)
    try FileManager.default.createDirectory(atPath: "\(outside).d", withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: folder.path, withDestinationPath: "\(outside).d")
    await #expect(throws: StoreFileError.self) { try await store.put([blob]) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: "\(outside).d").isEmpty)
  }

  @Test func `A blob that was acknowledged survives the power going at any call`() async throws {
    var random = SplitMix64(state: FaultSeeds.all.lowerBound)
    for step in 1...60 {
      let folder = "\(scratch.path)/\(step)"
      let disk = FaultyDisk()
      let backend = try FileBackend(folder: folder, calls: disk.calls)
      disk.arm(.dies, at: step)
      var kept: [[UInt8]] = []
      for seed in 0..<3 {
        let blob = bytes(1000, seed: UInt64(seed))
        guard (try? await backend.store([(BlobObject(BlobName(of: blob)), blob)])) != nil else { break }
        kept.append(blob)
      }
      try disk.powerCut(of: folder, to: "\(folder).image", using: &random)
      let after = try FileBackend(folder: "\(folder).image")
      for blob in kept {
        let read = try await after.read(BlobObject(BlobName(of: blob)), from: 0, count: 2000)
        #expect(read == blob, "\(disk.hit ?? "no fault")")
      }
    }
  }

  @Test(arguments: [
    "", "sha256:", "../../etc/passwd", "sha512:" + String(repeating: "0", count: 64),
    "sha256:" + String(repeating: "0", count: 63), "sha256:" + String(repeating: "0", count: 65),
    "sha256:" + String(repeating: "A", count: 64), " sha256:" + String(repeating: "0", count: 64),
    "sha256:" + String(repeating: "0", count: 62) + "/.",
  ])
  func `No other spelling is a blob's name`(text: String) {
    #expect(BlobName(text) == nil)
    #expect(BlobObject(fileName: text) == nil && BlobObject(fileName: text + ".tree") == nil)
  }

  @Test func `The name has one spelling, and so has what lies beside it`() {
    let name = BlobName(of: [1, 2, 3])
    #expect(BlobName("\(name)") == name)
    #expect(BlobObject(fileName: "\(name)") == BlobObject(name))
    #expect(BlobObject(fileName: "\(name).tree") == BlobObject(name, .tree))
    #expect(BlobObject(fileName: "\(name).tree.tree") == nil)
  }

  @Test func `What a crash left half written is gone at the next start`() async throws {
    let store = try await fixture.open()
    _ = try await fixture.uploads(store)
    for folder in ["blobs.tmp", "uploads"] {
      try Data([1]).write(to: URL(filePath: "\(fixture.folder)/\(folder)/half"))
    }
    _ = try await fixture.uploads(try await fixture.open())
    for folder in ["blobs.tmp", "uploads"] {
      #expect(try FileManager.default.contentsOfDirectory(atPath: "\(fixture.folder)/\(folder)").isEmpty)
    }
  }

  @Test func `One custody is kept for a receipt and a subject, and blobs keep every rule`() async throws {
    let store = try await fixture.open()
    let custody = CustodyStore(store.catalogue.database)
    let (receipt, subject) = (ReceiptID(unixMs: 1, random: Array(1...10)), SHA256.hash([1]))
    let name = SHA256.hash([2])
    func record(_ statement: [UInt8], _ subject: Digest32, _ retention: RetentionClass) async throws -> [UInt8] {
      try await custody.record(
        statement, of: receipt, subject: subject, blobs: [.init(name: name, bytes: 1, retention: retention)],
        generation: 0, unixMs: 1)
    }
    #expect(try await custody.statement(of: receipt, subject: subject) == nil)
    #expect(try await record([1], subject, .opening) == [1])
    #expect(try await record([2], subject, .content) == [1])
    #expect(try await record([3], name, .model) == [3])
    let again = try await fixture.open()
    #expect(try await CustodyStore(again.catalogue.database).statement(of: receipt, subject: subject) == [1])
    #expect(try await again.catalogue.retention(of: BlobName(name)) == [.opening, .model])
    #expect(try await again.catalogue.retention(of: BlobName(subject)).isEmpty)
  }
}
