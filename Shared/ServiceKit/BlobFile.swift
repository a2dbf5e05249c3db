public import Cryptography
internal import Glibc
internal import MerkleLog
public import Wire

/// A file on its way in, of a blob or of a range of one: each chunk is proven under the root before a byte of it is
/// written. It is `PATH.part` until it is whole.
public actor BlobFile {
  private let path: String
  private let range: Range<UInt64>
  private let bytes: UInt64
  private let root: Digest32
  private let file: Int32
  private var hasher: SHA256Hasher? = SHA256Hasher()
  /// The next byte that is wanted, in the whole blob.
  public private(set) var next: UInt64

  /// - Parameters:
  ///   - bytes: of the whole blob.
  ///   - resuming: of a range from 0: what an earlier attempt left counts, in whole chunks. `finish` has to be given the
  ///     digest then.
  public init(path: String, range: Range<UInt64>, of bytes: UInt64, root: Digest32, resuming: Bool) throws(FileError) {
    self.path = path
    self.range = range
    self.bytes = bytes
    self.root = root
    next = range.lowerBound
    file = open("\(path).part", O_RDWR | O_CREAT | O_CLOEXEC | (resuming ? 0 : O_TRUNC), 0o666)
    guard file >= 0 else { throw .last("create", "\(path).part") }
    guard resuming else { return }
    var piece = [UInt8](repeating: 0, count: ChunkTree.chunkBytes)
    while next + UInt64(piece.count) <= range.upperBound, try Self.fill(&piece, from: file, "\(path).part") {
      hasher?.update(piece)
      next += UInt64(piece.count)
    }
    guard ftruncate(file, off_t(next)) == 0, lseek(file, off_t(next), SEEK_SET) >= 0 else {
      throw .last("truncate", "\(path).part")
    }
  }

  deinit { if file >= 0 { close(file) } }

  /// False where the file ends before.
  private static func fill(_ piece: inout [UInt8], from file: Int32, _ path: String) throws(FileError) -> Bool {
    var filled = 0
    while filled < piece.count {
      let got = piece.withUnsafeMutableBytes { read(file, $0.baseAddress.map { $0 + filled }, $0.count - filled) }
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { throw .last("read", path) }
      if got == 0 { return false }
      filled += got
    }
    return true
  }

  /// Writes what the range has of the chunk with byte `next`. Errors: `BlobFileError`, `FileError`.
  public func take(_ chunk: BlobChunk) throws {
    let size = UInt64(ChunkTree.chunkBytes)
    let start = chunk.index &* size
    let count = UInt64(ChunkTree.count(bytes: bytes))
    guard chunk.index == next / size, chunk.index < count, chunk.data.count == Int(min(size, bytes - start)) else {
      throw BlobFileError.otherChunk
    }
    do {
      try InclusionProof(index: chunk.index, size: count, path: chunk.path.map { try Digest32($0) })
        .verify(leafHash: ChunkTree.leaf(chunk.data), root: root)
    } catch { throw BlobFileError.unproven(chunk: chunk.index, why: "\(error)") }
    let wanted = Array(chunk.data[Int(next - start)..<Int(min(range.upperBound - start, UInt64(chunk.data.count)))])
    var written = 0
    while written < wanted.count {
      let got = wanted[written...].withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { throw FileError.last("write", "\(path).part") }
      written += got
    }
    hasher?.update(wanted)
    next += UInt64(wanted.count)
  }

  /// Gives the file its name, durably, when it is what it should be; nothing is kept of one that is not. Errors:
  /// `BlobFileError`, `FileError`.
  public func finish(expecting digest: Digest32?) throws {
    guard let found = hasher.take()?.finalized() else { return }
    if let digest, found != digest {
      unlink("\(path).part")
      throw BlobFileError.otherBytes(found)
    }
    guard fsync(file) == 0 else { throw FileError.last("fsync", "\(path).part") }
    guard rename("\(path).part", path) == 0 else { throw FileError.last("rename to", path) }
    try SmallFile.syncFolder(of: path)
  }
}

/// Why what storage sent is not what was asked for.
public enum BlobFileError: Error, Equatable, Sendable, CustomStringConvertible {
  case otherChunk
  case unproven(chunk: UInt64, why: String)
  case otherBytes(Digest32)
  case otherSize(UInt64, expected: UInt64)

  public var description: String {
    switch self {
    case .otherChunk: "storage sent another chunk than was asked for"
    case .unproven(let chunk, let why): "chunk \(chunk) is not part of this blob: \(why)"
    case .otherBytes(let found): "what came is sha256:\(found.hex): nothing is kept of it, try again"
    case .otherSize(let found, let expected): "storage's blob has \(found) bytes, not \(expected)"
    }
  }
}

extension SHA256Hasher {
  fileprivate consuming func finalized() -> Digest32 { finalize() }
}
