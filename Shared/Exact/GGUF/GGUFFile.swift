public import Cryptography
import Glibc

/// A memory-mapped GGUF v3 file, read with checked arithmetic against its real size.
///
/// Nothing is believed before it is checked: opening either returns a file of which every metadata value is parsed
/// and every tensor lies inside the mapping, or throws what was wrong. The descriptor stays open, read-only, for the
/// file's lifetime. Do not let another program shorten the file meanwhile: the kernel would end the process that
/// reads the missing part.
public final class GGUFFile: Sendable {
  public let path: String
  public let byteCount: Int
  public let metadata: [String: GGUFValue]
  /// In the order of the file.
  public let tensors: [GGUFTensorInfo]

  private let descriptor: CInt
  private let identity: Identity
  // Safety: the mapping is read-only and private, and is unmapped only in deinit, so any thread may read it at any
  // time.
  private nonisolated(unsafe) let base: UnsafeRawPointer
  private let tensorIndex: [String: Int]

  private struct Identity: Equatable {
    let device: UInt64
    let inode: UInt64
    let size: Int64
    let modified: Int64
    let modifiedNanoseconds: Int64

    init(_ status: stat) {
      device = UInt64(status.st_dev)
      inode = UInt64(status.st_ino)
      size = Int64(status.st_size)
      modified = Int64(status.st_mtim.tv_sec)
      modifiedNanoseconds = Int64(status.st_mtim.tv_nsec)
    }
  }

  /// Opens and checks a file. Errors: everything in `GGUFError`.
  public static func open(path: String) throws(GGUFError) -> GGUFFile { try GGUFFile(path: path) }

  private init(path: String) throws(GGUFError) {
    // O_NONBLOCK so that a path that names a pipe is refused below instead of waited for.
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .unreadable(path: path, operation: "open", errno: errno) }
    do throws(GGUFError) {
      var status = stat()
      guard fstat(descriptor, &status) == 0 else { throw .unreadable(path: path, operation: "fstat", errno: errno) }
      guard status.st_mode & S_IFMT == S_IFREG else { throw .notARegularFile(path: path) }
      let size = Int(status.st_size)
      guard size >= 24 else {
        throw .truncated(field: "the header", offset: 0, needed: 24, fileSize: UInt64(max(0, size)))
      }
      guard let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), address != MAP_FAILED else {
        throw .unreadable(path: path, operation: "mmap", errno: errno)
      }
      do throws(GGUFError) {
        let header = try GGUFHeader(parsing: UnsafeRawBufferPointer(start: address, count: size))
        self.metadata = header.metadata
        self.tensors = header.tensors
      } catch {
        munmap(address, size)
        throw error
      }
      self.base = UnsafeRawPointer(address)
      self.byteCount = size
      self.identity = Identity(status)
    } catch {
      close(descriptor)
      throw error
    }
    self.path = path
    self.descriptor = descriptor
    self.tensorIndex = Dictionary(uniqueKeysWithValues: tensors.enumerated().map { ($1.name, $0) })
  }

  deinit {
    munmap(UnsafeMutableRawPointer(mutating: base), byteCount)
    close(descriptor)
  }

  public func tensor(named name: String) -> GGUFTensorInfo? { tensorIndex[name].map { tensors[$0] } }

  /// The whole file.
  public func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeRawBufferPointer(start: base, count: byteCount))
  }

  /// The bytes of one of this file's tensors.
  public func withBytes<Result, Failure: Error>(
    of tensor: GGUFTensorInfo, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    precondition(tensor.offset >= 0 && tensor.byteCount >= 0 && tensor.offset <= byteCount - tensor.byteCount)
    return try body(UnsafeRawBufferPointer(start: base + tensor.offset, count: tensor.byteCount))
  }

  /// SHA-256 of the whole file.
  public func digest() -> Digest32 {
    withBytes { bytes in
      var hasher = SHA256Hasher()
      hasher.update(bytes)
      return hasher.finalize()
    }
  }

  /// Throws when the file's size, modification time or identity is not what it was when it was opened.
  public func requireUnchanged() throws(GGUFError) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .unreadable(path: path, operation: "fstat", errno: errno) }
    guard Identity(status) == identity else { throw .changedWhileOpen(path: path) }
  }
}
