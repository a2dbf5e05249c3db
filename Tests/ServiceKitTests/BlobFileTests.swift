import Cryptography
import Foundation
import MerkleLog
import Testing
import Wire

@testable import ServiceKit

/// A blob on its way into a file, with a peer that lies.
@Suite struct BlobFileTests {
  /// Two chunks and a short one.
  private let blob = (0..<(2 * ChunkTree.chunkBytes + 99)).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 9) }
  private let tree: ChunkTree

  init() { tree = ChunkTree(of: blob) }

  private func chunk(_ index: Int) throws -> BlobChunk {
    let start = index * ChunkTree.chunkBytes
    return BlobChunk(
      index: UInt64(index), data: Array(blob[start..<min(start + ChunkTree.chunkBytes, blob.count)]),
      path: try tree.proof(chunk: UInt64(index)).path.map(\.bytes))
  }

  private func file(_ path: String, _ range: Range<Int>? = nil) throws -> BlobFile {
    let range = range ?? 0..<blob.count
    return try BlobFile(
      path: path, range: UInt64(range.lowerBound)..<UInt64(range.upperBound), of: UInt64(blob.count), root: tree.root,
      resuming: range == 0..<blob.count)
  }

  private func inFolder(_ work: (String) async throws -> Void) async throws {
    let folder = try freshFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await work("\(folder)/blob")
  }

  private func bytes(_ path: String) -> [UInt8]? { FileManager.default.contents(atPath: path).map(Array.init) }

  @Test("a blob comes whole, a range of it cut; the name is given at the end")
  func whole() async throws {
    try await inFolder { path in
      let whole = try file(path)
      for index in 0..<3 { try await whole.take(chunk(index)) }
      #expect(await whole.next == UInt64(blob.count) && bytes(path) == nil)
      try await whole.finish(expecting: SHA256.hash(blob))
      #expect(bytes(path) == blob && bytes("\(path).part") == nil)
      let range = ChunkTree.chunkBytes - 3..<2 * ChunkTree.chunkBytes + 5
      let part = try file(path, range)
      for index in 0..<3 { try await part.take(chunk(index)) }
      try await part.finish(expecting: nil)
      #expect(bytes(path) == Array(blob[range]))
    }
  }

  @Test("what broke off goes on behind its last whole chunk")
  func resumed() async throws {
    try await inFolder { path in
      try await file(path).take(chunk(0))
      let handle = try #require(FileHandle(forUpdatingAtPath: "\(path).part"))
      try handle.seekToEnd()
      try handle.write(contentsOf: Data([1, 2, 3]))
      let second = try file(path)
      #expect(await second.next == UInt64(ChunkTree.chunkBytes))
      for index in 1..<3 { try await second.take(chunk(index)) }
      try await second.finish(expecting: SHA256.hash(blob))
      #expect(bytes(path) == blob)
    }
  }

  @Test("what was there and is wrong shows at the end, and nothing is kept of it")
  func wrongBeginning() async throws {
    try await inFolder { path in
      try Data(count: ChunkTree.chunkBytes).write(to: URL(fileURLWithPath: "\(path).part"))
      let file = try file(path)
      for index in 1..<3 { try await file.take(chunk(index)) }
      await #expect(throws: BlobFileError.self) { try await file.finish(expecting: SHA256.hash(blob)) }
      #expect(bytes(path) == nil && bytes("\(path).part") == nil)
    }
  }

  @Test("another chunk, a cut one, a flipped byte of its data or its proof: none is written")
  func lies() async throws {
    try await inFolder { path in
      let file = try file(path)
      let good = try chunk(0)
      var cut = good
      cut.data.removeLast()
      var beyond = good
      beyond.index = UInt64.max
      for other in [try chunk(1), cut, beyond] {
        await #expect(throws: BlobFileError.otherChunk) { try await file.take(other) }
      }
      for at in stride(from: 0, to: good.data.count, by: 65_537) {
        var flipped = good
        flipped.data[at] ^= 1
        await #expect(throws: BlobFileError.self) { try await file.take(flipped) }
      }
      for step in good.path.indices {
        for at in good.path[step].indices {
          var flipped = good
          flipped.path[step][at] ^= 1
          await #expect(throws: BlobFileError.self) { try await file.take(flipped) }
        }
      }
      #expect(await file.next == 0 && bytes("\(path).part") == [])
      try await file.take(good)
    }
  }

  @Test("a folder that is not there is an error that names it")
  func unwritable() {
    #expect(throws: FileError.failed(operation: "create", path: "/nowhere/at/all.part", errno: ENOENT)) {
      try file("/nowhere/at/all")
    }
  }
}

@Suite struct CacheFolderTests {
  @Test("files by their last use; folders and what is gone already are passed over")
  func order() throws {
    try withFolder { parent in
      let folder = CacheFolder(path: "\(parent)/a/b")
      #expect(try folder.files().isEmpty && !folder.has("x"))
      for (name, count) in [("old", 3), ("new", 5)] {
        try Data(count: count).write(to: URL(fileURLWithPath: folder.path(of: name)))
      }
      try FileManager.default.createDirectory(atPath: folder.path(of: "folder"), withIntermediateDirectories: false)
      let past = Date(timeIntervalSinceNow: -60)
      try FileManager.default.setAttributes([.modificationDate: past], ofItemAtPath: folder.path(of: "old"))
      #expect(try folder.files() == [.init(name: "old", bytes: 3), .init(name: "new", bytes: 5)])
      try FileManager.default.setAttributes([.modificationDate: past], ofItemAtPath: folder.path(of: "new"))
      folder.touch("old")
      #expect(try folder.files().map(\.name) == ["new", "old"] && folder.has("old"))
      try folder.remove("old")
      try folder.remove("old")
      #expect(try folder.files().map(\.name) == ["new"])
      #expect(throws: FileError.self) { try folder.remove("folder") }
    }
  }
}
