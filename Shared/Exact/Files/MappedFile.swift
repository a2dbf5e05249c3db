public import Cryptography
import Glibc

/// A regular file, mapped read-only for its lifetime, whose size and identity are those of the moment it was opened.
///
/// The descriptor stays open, so that the file can be asked later whether it changed. Do not let another program shorten
/// the file meanwhile: the kernel would end the process that reads the missing part.
public final class MappedFile: Sendable {
  public let path: String
  public let byteCount: Int

  private let descriptor: CInt
  private let identity: Identity
  // Safety: the mapping is read-only and private, and is unmapped only in deinit, so any thread may read it at any
  // time. Nil for an empty file, which cannot be mapped.
  private nonisolated(unsafe) let base: UnsafeRawPointer?

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

  /// Errors: `unreadable`, `notARegularFile`.
  public init(path: String) throws(MappedFileError) {
    // O_NONBLOCK so that a path that names a pipe is refused below instead of waited for.
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .unreadable(path: path, operation: "open", errno: errno) }
    do throws(MappedFileError) {
      var status = stat()
      guard fstat(descriptor, &status) == 0 else { throw .unreadable(path: path, operation: "fstat", errno: errno) }
      guard status.st_mode & S_IFMT == S_IFREG else { throw .notARegularFile(path: path) }
      let size = Int(status.st_size)
      if size > 0 {
        guard let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), address != MAP_FAILED else {
          throw .unreadable(path: path, operation: "mmap", errno: errno)
        }
        base = UnsafeRawPointer(address)
      } else {
        base = nil
      }
      byteCount = size
      identity = Identity(status)
    } catch {
      close(descriptor)
      throw error
    }
    self.path = path
    self.descriptor = descriptor
  }

  deinit {
    if let base { munmap(UnsafeMutableRawPointer(mutating: base), byteCount) }
    close(descriptor)
  }

  /// Gives back the memory of the pages that were read. They are read again from the file when somebody asks.
  public func releasePages() {
    // A hint: its failure does not matter.
    if let base { _ = madvise(UnsafeMutableRawPointer(mutating: base), byteCount, CInt(MADV_DONTNEED)) }
  }

  /// The whole file.
  public func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeRawBufferPointer(start: base, count: byteCount))
  }

  /// A part of it, which must lie within.
  public func withBytes<Result, Failure: Error>(
    at offset: Int, count: Int, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    precondition(offset >= 0 && count >= 0 && offset <= byteCount - count)
    return try body(UnsafeRawBufferPointer(start: base.map { $0 + offset }, count: count))
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
  public func requireUnchanged() throws(MappedFileError) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .unreadable(path: path, operation: "fstat", errno: errno) }
    guard Identity(status) == identity else { throw .changedWhileOpen(path: path) }
  }
}
