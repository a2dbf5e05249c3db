import ArgumentParser
import Cryptography
import Foundation
import MerkleLog
import Receipts
import Wire

struct BlobPut: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "put", abstract: "Upload a file in parts; the same command goes on after a crash of either side.")

  @Argument(help: "The file.") var file: String
  @Option(name: .customLong("class"), help: "Why it is kept, which decides for how long.")
  var retention: String = "model"
  @OptionGroup var data: DataOption

  func run() async throws {
    try await Failure.report {
      let source = try UploadSource(file)
      let retention = try BlobClient.retention(retention)
      let info = try await BlobClient.with(data) { try await upload(source, retention, $0) }
      Console.out("\(try Digest32(info.digest).named)\nroot   \(try Digest32(info.root).named)\nbytes  \(info.bytes)")
    }
  }

  private func upload(_ source: UploadSource, _ retention: Retention, _ client: BlobClient) async throws -> BlobInfo {
    let begun = try await client.call(
      StorageProcedures.beginUpload,
      BeginUploadRequest(uploadID: source.id, bytes: source.bytes, retention: retention))
    // Chunks must not be cut: they are hashed as they are read.
    let chunk = UInt64(ChunkTree.chunkBytes)
    let partBytes = Int(max(chunk, begun.partBytesMax / chunk * chunk))
    let progress = BlobProgress("put", of: source.bytes)
    var (at, received): (UInt64, UInt64) = (0, begun.received)
    var part = try await source.next(partBytes)
    while !part.isEmpty {
      let (data, offset) = (part, at)
      at += UInt64(part.count)
      // What the other side has was read for its hash alone.
      if at > received {
        async let sent = client.call(
          StorageProcedures.putPart, PutPartRequest(uploadID: source.id, offset: offset, data: data))
        part = try await source.next(partBytes)
        received = try await sent.received
      } else {
        part = try await source.next(partBytes)
      }
      progress.show(at)
    }
    guard at == source.bytes else { throw Failure("\(file) changed while it was read", status: 65) }
    let (digest, root) = await source.finish()
    let info = try await client.call(
      StorageProcedures.commitUpload, CommitUploadRequest(uploadID: source.id, digest: digest.bytes))
    guard info.digest == digest.bytes, info.bytes == source.bytes, info.root == root.bytes else {
      throw Failure("storage states another digest or root than this file has", status: 65)
    }
    return info
  }
}

/// A file on its way out, hashed as it is read.
actor UploadSource {
  nonisolated let bytes: UInt64
  /// The same for the same unchanged file, so that an upload can be taken up again.
  nonisolated let id: String
  private let handle: FileHandle
  private var hasher: SHA256Hasher? = SHA256Hasher()
  private var leaves: [Digest32] = []

  init(_ path: String) throws {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      let handle = FileHandle(forReadingAtPath: path)
    else { throw Failure("cannot read \(path)", status: 66) }
    self.handle = handle
    bytes = UInt64(status.st_size)
    let identity = [
      URL(fileURLWithPath: path).standardizedFileURL.path, "\(status.st_ino)", "\(status.st_size)",
      "\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)",
    ].joined(separator: "\0")
    id = String(SHA256.hash(Array(identity.utf8)).hex.prefix(40))
  }

  /// Up to `count` bytes, a multiple of a chunk; fewer only at the end.
  func next(_ count: Int) throws -> [UInt8] {
    var part: [UInt8] = []
    while part.count < count, let piece = try handle.read(upToCount: count - part.count), !piece.isEmpty {
      part += piece
    }
    hasher?.update(part)
    for start in stride(from: 0, to: part.count, by: ChunkTree.chunkBytes) {
      leaves.append(ChunkTree.leaf(Array(part[start..<min(start + ChunkTree.chunkBytes, part.count)])))
    }
    return part
  }

  /// Digest and root of all that was read.
  func finish() -> (digest: Digest32, root: Digest32) {
    let root = ChunkTree(bytes: bytes, leaves: leaves)?.root ?? TreeHash.empty
    guard let hasher = hasher.take() else { return (SHA256.hash([]), root) }
    return (hasher.finalize(), root)
  }
}
