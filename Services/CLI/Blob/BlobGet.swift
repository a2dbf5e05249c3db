import ArgumentParser
import Cryptography
import Foundation
import MerkleLog
import Receipts
import Wire

struct BlobGet: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "get",
    abstract: "Download a blob, or a range of it, and check every chunk.",
    discussion: """
      A whole blob is checked against its name, and a download that broke off goes on. A range is checked against the
      root: give the one that colophon blob put printed; without it, the one that storage states is believed.
      """)

  @Argument(help: "sha256:<64 hex>") var name: String
  @Option(name: .shortAndLong, help: "The file to write; it is replaced when all is there.") var output: String
  @Option(help: "Only these bytes, as OFFSET:LENGTH.") var range: String?
  @Option(help: "The root to check against, as sha256:<64 hex>.") var root: String?
  @OptionGroup var data: DataOption

  func run() async throws {
    try await Failure.report {
      let digest = try BlobClient.digest(name)
      let trusted = try root.map(BlobClient.digest)
      let written = try await BlobClient.with(data) { client in
        let info = try await client.call(StorageProcedures.getBlobInfo, GetBlobInfoRequest(digest: digest.bytes))
        let stated = try Digest32(info.root)
        guard trusted == nil || trusted == stated else {
          throw Failure("storage states root \(stated.named), not the one that was given", status: 65)
        }
        let asked = try asked(of: info.bytes)
        let sink = try BlobSink(
          path: output, range: asked, bytes: info.bytes, root: stated, resuming: range == nil)
        let progress = BlobProgress("get", of: asked.upperBound - asked.lowerBound)
        try await client.read(digest.bytes, asked, into: sink, progress)
        try await sink.finish(expecting: range == nil ? digest : nil)
        return asked
      }
      Console.out("\(output): bytes \(written.lowerBound) to \(written.upperBound) of \(name)")
    }
  }

  private func asked(of bytes: UInt64) throws -> Range<UInt64> {
    guard let range else { return 0..<bytes }
    let numbers = range.split(separator: ":", omittingEmptySubsequences: false).map { UInt64($0) }
    guard numbers.count == 2, let offset = numbers[0], let length = numbers[1] else {
      throw Failure("--range must be OFFSET:LENGTH, not \"\(range)\"", status: 64)
    }
    guard offset <= bytes, length <= bytes - offset else {
      throw Failure("\(name) has \(bytes) bytes: the range goes beyond them", status: 64)
    }
    return offset..<offset + length
  }
}

/// A file on its way in: each chunk is proven under the root before a byte of it is written.
actor BlobSink {
  private let path: String
  private let range: Range<UInt64>
  private let bytes: UInt64
  private let root: Digest32
  private let handle: FileHandle
  private var hasher: SHA256Hasher? = SHA256Hasher()
  /// The next byte that is wanted, in the whole blob.
  private(set) var next: UInt64

  init(path: String, range: Range<UInt64>, bytes: UInt64, root: Digest32, resuming: Bool) throws {
    self.path = path
    self.range = range
    self.bytes = bytes
    self.root = root
    let part = "\(path).part"
    if !resuming || !FileManager.default.fileExists(atPath: part) {
      guard FileManager.default.createFile(atPath: part, contents: nil) else {
        throw Failure("cannot write \(part)", status: 73)
      }
    }
    guard let handle = FileHandle(forUpdatingAtPath: part) else { throw Failure("cannot write \(part)", status: 73) }
    self.handle = handle
    // What is there of an earlier attempt counts in whole chunks; the name decides at the end whether it was right.
    let chunk = UInt64(ChunkTree.chunkBytes)
    next = range.lowerBound
    let kept = min(try handle.seekToEnd(), range.upperBound) / chunk * chunk
    if resuming {
      try handle.seek(toOffset: 0)
      while next < kept, let piece = try handle.read(upToCount: Int(min(chunk, kept - next))), !piece.isEmpty {
        hasher?.update([UInt8](piece))
        next += UInt64(piece.count)
      }
    }
    try handle.truncate(atOffset: next - range.lowerBound)
  }

  func take(_ chunk: BlobChunk) throws {
    let size = UInt64(ChunkTree.chunkBytes)
    let start = chunk.index &* size
    let count = UInt64(ChunkTree.count(bytes: bytes))
    guard chunk.index == next / size, chunk.index < count, chunk.data.count == Int(min(size, bytes - start)) else {
      throw Failure("storage sent another chunk than was asked for", status: 76)
    }
    do {
      try InclusionProof(index: chunk.index, size: count, path: chunk.path.map { try Digest32($0) })
        .verify(leafHash: ChunkTree.leaf(chunk.data), root: root)
    } catch { throw Failure("chunk \(chunk.index) is not part of this blob: \(error)", status: 65) }
    let wanted = chunk.data[Int(next - start)..<Int(min(range.upperBound - start, UInt64(chunk.data.count)))]
    try handle.write(contentsOf: wanted)
    hasher?.update(Array(wanted))
    next += UInt64(wanted.count)
  }

  /// Gives the file its name, when it is what it should be, durably.
  func finish(expecting digest: Digest32?) throws {
    guard let found = hasher.take()?.finalized() else { return }
    if let digest, found != digest {
      try? FileManager.default.removeItem(atPath: "\(path).part")
      throw Failure("what came is \(found.named): nothing is kept of it, try again", status: 65)
    }
    try handle.synchronize()
    try handle.close()
    guard rename("\(path).part", path) == 0 else { throw Failure("cannot write \(path)", status: 73) }
  }
}

extension SHA256Hasher {
  fileprivate consuming func finalized() -> Digest32 { finalize() }
}
