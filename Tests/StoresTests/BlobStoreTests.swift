import Cryptography
import Foundation
import MerkleLog
import Receipts
import Testing

@testable import Stores

/// What a store of blobs must do, on every backend.
@Suite struct BlobStoreTests {
  let scratch = Scratch()

  @Test(arguments: BackendKind.allCases)
  func `Blobs come back byte for byte, from another process too`(kind: BackendKind) async throws {
    let fixture = BlobFixture(kind, scratch)
    let blobs: [[UInt8]] = [[], [0], Array("a blob".utf8), bytes(100_000), bytes(ChunkTree.chunkBytes + 1)]
    let store = try await fixture.open()
    for blob in blobs { #expect(try await store.keep(blob) == BlobName(SHA256.hash(blob))) }
    let later = try await fixture.open()
    for blob in blobs { #expect(try await later.get(BlobName(of: blob)) == blob) }
    try await later.requireSound()
  }

  @Test(arguments: BackendKind.allCases)
  func `Bytes that changed are never served, go aside, and the right ones heal the blob`(kind: BackendKind) async throws
  {
    let fixture = BlobFixture(kind, scratch)
    let store = try await fixture.open()
    let blob = Array("sixteen bytes...".utf8)
    let name = try await store.keep(blob)
    for position in blob.indices {
      var damaged = blob
      damaged[position] ^= 1
      try await fixture.overwrite(BlobObject(name), with: damaged)
      await #expect(throws: BlobError.damaged(name, found: BlobName(of: damaged))) { try await store.get(name) }
      await #expect(throws: BlobError.damaged(name, found: nil)) { try await store.get(name) }
      #expect(try await store.catalogue.asideCount() == 1)
      #expect(try await store.backend.bytes(of: BlobObject(name)) == nil)
      try await store.keep(blob)
      #expect(try await store.get(name) == blob)
      #expect(try await store.catalogue.asideCount() == 0)
    }
    for damaged in [nil, Array(blob.dropLast()), blob + [0]] as [[UInt8]?] {
      try await fixture.overwrite(BlobObject(name), with: damaged)
      await #expect(throws: BlobError.self) { try await store.get(name) }
      try await store.keep(blob)
      #expect(try await store.get(name) == blob)
    }
  }

  @Test(arguments: BackendKind.allCases)
  func `Putting one blob many times at once gives one object`(kind: BackendKind) async throws {
    let fixture = BlobFixture(kind, scratch)
    let store = try await fixture.open()
    let blob = Array("again and again".utf8)
    try await withThrowingTaskGroup(of: BlobName.self) { group in
      for number in 0..<20 { group.addTask { try await store.keep(blob, holder: "\(number)") } }
      for try await name in group { #expect(name == BlobName(of: blob)) }
    }
    #expect(try await store.backend.objects(beginning: SHA256.hash(blob).bytes[0]).count == 1)
    try await store.requireSound()
  }

  @Test(arguments: BackendKind.allCases)
  func `Every chunk of a blob proves itself, and another's proof does not`(kind: BackendKind) async throws {
    let store = try await BlobFixture(kind, scratch).open()
    let blob = bytes(5 * ChunkTree.chunkBytes + 17)
    let reader = try await store.reader(of: try await store.keep(blob))
    #expect(reader.info.bytes == UInt64(blob.count) && reader.info.root == ChunkTree(of: blob).root)
    var (range, read) = (try reader.chunks(of: 0, length: nil), [UInt8]())
    #expect(range == 0..<6)
    while !range.isEmpty {
      for chunk in try await reader.read(range) {
        let path = try reader.path(of: chunk.index)
        func verify(_ bytes: [UInt8], _ index: Int) throws {
          try InclusionProof(index: UInt64(index), size: 6, path: path)
            .verify(leafHash: ChunkTree.leaf(bytes), root: reader.info.root)
        }
        try verify(chunk.bytes, chunk.index)
        #expect(throws: ProofError.self) { try verify(chunk.bytes + [0], chunk.index) }
        #expect(throws: ProofError.self) { try verify(chunk.bytes, (chunk.index + 1) % 6) }
        read += chunk.bytes
        range = chunk.index + 1..<range.upperBound
      }
    }
    #expect(read == blob)
    #expect(try reader.chunks(of: 1 << 20, length: 1) == 1..<2)
    #expect(try reader.chunks(of: (1 << 20) - 1, length: 2) == 0..<2)
    #expect(try reader.chunks(of: UInt64(blob.count), length: nil).isEmpty)
    let size = UInt64(blob.count)
    #expect(throws: BlobError.rangeBeyondEnd(reader.info.name, offset: size + 1, bytes: size)) {
      try reader.chunks(of: size + 1, length: nil)
    }
  }

  @Test(arguments: BackendKind.allCases)
  func `A range of changed bytes is refused, and a damaged tree is made anew`(kind: BackendKind) async throws {
    let fixture = BlobFixture(kind, scratch)
    let store = try await fixture.open()
    let blob = bytes(3 * ChunkTree.chunkBytes)
    let name = try await store.keep(blob)
    let tree = try await store.reader(of: name).tree
    for stored in [nil, [], tree.stored.reversed()] as [[UInt8]?] {
      try await fixture.overwrite(BlobObject(name, .tree), with: stored)
      #expect(try await store.reader(of: name).tree == tree)
    }
    let reader = try await store.reader(of: name)
    var damaged = blob
    damaged[2 * ChunkTree.chunkBytes + 5] ^= 1
    try await fixture.overwrite(BlobObject(name), with: damaged)
    await #expect(throws: BlobError.damaged(name, found: nil)) {
      for index in 0..<3 { _ = try await reader.read(index..<index + 1) }
    }
    await #expect(throws: BlobError.damaged(name, found: nil)) { try await store.reader(of: name) }
    try await store.keep(blob)
    #expect(try await store.get(name) == blob)
  }

  @Test(arguments: BackendKind.allCases)
  func `A blob that is too large, missing or without a reference is named`(kind: BackendKind) async throws {
    let store = try await BlobFixture(kind, scratch).open(bytesMax: 10)
    await #expect(throws: BlobError.tooLarge(bytes: 11, max: 10)) { try await store.put([[1], bytes(11)]) }
    await #expect(throws: BlobError.missing(BlobName(of: [1]))) { try await store.get(BlobName(of: [1])) }
    _ = try await store.put([[1]])
    await #expect(throws: BlobError.missing(BlobName(of: [1]))) { try await store.get(BlobName(of: [1])) }
    try await store.requireSound(strays: 1)
  }

  @Test(arguments: BackendKind.allCases)
  func `A round of scrubbing finds each damaged blob, and goes on where it was stopped`(kind: BackendKind) async throws
  {
    let fixture = BlobFixture(kind, scratch)
    let store = try await fixture.open()
    var names: [BlobName] = []
    for seed in 0..<5 { names.append(try await store.keep(bytes(100, seed: UInt64(seed)))) }
    names.sort()
    #expect(try await BlobScrubber(store).round { _ in } == [])
    try await fixture.overwrite(BlobObject(names[1]), with: [1])
    try await fixture.overwrite(BlobObject(names[3]), with: nil)
    try await store.catalogue.scrubbed(to: names[2])
    #expect(try await BlobScrubber(try await fixture.open()).round { _ in } == [names[3]])
    #expect(try await BlobScrubber(store).round { _ in } == [names[1]])
    await #expect(throws: BlobError.damaged(names[1], found: nil)) { try await store.get(names[1]) }
    await #expect(throws: Stopped.self) { try await BlobScrubber(store).round { _ in throw Stopped() } }
  }

  @Test(arguments: BackendKind.allCases)
  func `What a backend acknowledged and does not have is no success`(kind: BackendKind) async throws {
    let fixture = BlobFixture(kind, scratch)
    _ = try await fixture.open()
    let backend = try await fixture.backend()
    try await backend.store([(BlobObject(BlobName(of: [1])), [1])])
    #expect(try await backend.read(BlobObject(BlobName(of: [1])), from: 0, count: 10) == [1])
    #expect(try await backend.read(BlobObject(BlobName(of: [1])), from: 1, count: 10) == [])
    #expect(try await backend.read(BlobObject(BlobName(of: [2])), from: 0, count: 10) == nil)
    try await backend.remove(BlobObject(BlobName(of: [2])))
    try await backend.remove(BlobObject(BlobName(of: [1])))
    #expect(try await backend.bytes(of: BlobObject(BlobName(of: [1]))) == nil)
  }
}
