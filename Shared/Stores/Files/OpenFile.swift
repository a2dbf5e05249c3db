internal import Glibc

/// A regular file held open, read and written at places.
final class OpenFile: Sendable {
  let path: String
  private let handle: Int32
  private let calls: FileCalls

  /// Takes over the handle.
  init(path: String, handle: Int32, calls: FileCalls) throws(StoreFileError) {
    self.path = path
    self.calls = calls
    self.handle = handle
    var status = stat()
    guard fstat(handle, &status) == 0 else { throw .last("stat", path) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegular(path: path) }
  }

  deinit { calls.close(handle) }

  /// Its size in bytes and when it changed last.
  func status() throws(StoreFileError) -> (bytes: UInt64, changedUnixMs: Int64) {
    var status = stat()
    guard fstat(handle, &status) == 0 else { throw .last("stat", path) }
    return (UInt64(status.st_size), Int64(status.st_mtim.tv_sec) * 1000)
  }

  /// Up to `count` bytes from `offset` on, fewer only at the end of the file.
  func read(from offset: UInt64, count: Int) throws(StoreFileError) -> [UInt8] {
    var failed: StoreFileError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[filled..<count])
        let got = calls.readAt(handle, rest, Int64(offset) + Int64(filled))
        if got == 0 { break }
        if got < 0 {
          if errno == EINTR { continue }
          failed = .last("read", path)
          break
        }
        filled += got
      }
    }
    if let failed { throw failed }
    return bytes
  }

  func write(_ bytes: [UInt8], at offset: UInt64) throws(StoreFileError) {
    var written = 0
    while written < bytes.count {
      let got = bytes[written...].withUnsafeBytes {
        calls.writeAt(handle, $0, Int64(offset) + Int64(written))
      }
      if got < 0 {
        guard errno == EINTR else { throw .last("write", path) }
      } else {
        written += got
      }
    }
  }

  /// Cuts off what lies beyond.
  func truncate(to bytes: UInt64) throws(StoreFileError) {
    guard calls.truncate(handle, Int64(bytes)) == 0 else { throw .last("truncate", path) }
  }

  /// Makes the bytes durable, and the size.
  func sync() throws(StoreFileError) {
    guard calls.sync(handle) == 0 else { throw .last("fsync", path) }
  }

  /// Marks the file as changed now.
  func touch() throws(StoreFileError) {
    guard calls.touch(handle) == 0 else { throw .last("touch", path) }
  }
}
