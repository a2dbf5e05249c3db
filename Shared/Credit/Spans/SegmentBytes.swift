import Glibc

/// The bytes of a segment: a file mapped read-only, or memory.
///
/// Safety: read-only once a segment has been made of it. Do not let another program shorten the file meanwhile: the
/// kernel would end the process that reads the missing part.
final class SegmentBytes: @unchecked Sendable {
  let base: UnsafeRawPointer
  let count: Int
  private let memory: Pages<UInt8>?

  init(memory: Pages<UInt8>) {
    base = UnsafeRawPointer(memory.base)
    count = memory.count
    self.memory = memory
  }

  init(path: String) throws(CreditError) {
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .file(path: path, operation: "open", errno: errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .file(path: path, operation: "fstat", errno: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notAnIndex(path: path, what: "it is no regular file") }
    guard status.st_size >= SegmentLayout.headerBytes else { throw .notAnIndex(path: path, what: "it is too short") }
    let address = mmap(nil, Int(status.st_size), PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let address, address != MAP_FAILED else { throw .file(path: path, operation: "mmap", errno: errno) }
    base = UnsafeRawPointer(address)
    count = Int(status.st_size)
    memory = nil
  }

  deinit { if memory == nil { munmap(UnsafeMutableRawPointer(mutating: base), count) } }

  /// Writes the bytes to a new file that appears whole or not at all, and is durable when this returns.
  func write(to path: String) throws(CreditError) {
    let partial = path + ".partial"
    let descriptor = Glibc.open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .file(path: partial, operation: "open", errno: errno) }
    var failure = write(descriptor)
    if failure == nil, fsync(descriptor) != 0 { failure = errno }
    close(descriptor)
    if failure == nil, rename(partial, path) != 0 { failure = errno }
    if let failure {
      unlink(partial)
      throw .file(path: path, operation: "write", errno: failure)
    }
    let slash = path.lastIndex(of: "/")
    let parent = Glibc.open(slash.map { String(path[...$0]) } ?? ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard parent >= 0 else { throw .file(path: path, operation: "open of the folder", errno: errno) }
    defer { close(parent) }
    guard fsync(parent) == 0 else { throw .file(path: path, operation: "fsync of the folder", errno: errno) }
  }

  private func write(_ descriptor: CInt) -> CInt? {
    var done = 0
    while done < count {
      let written = Glibc.write(descriptor, base + done, min(count - done, 1 << 28))
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { return errno }
      done += written
    }
    return nil
  }
}
