internal import Glibc

/// Keeps a second instance out of a data folder. Held as long as the value lives; the kernel lets go when the process
/// ends, however it ends.
public final class DataLock: Sendable {
  private let file: Int32

  /// Takes `folder/lock`, making the folder if need be. Throws `FileError.locked` with the holder's process id.
  public init(folder: String) throws {
    try SmallFile.makeFolder(folder)
    let path = "\(folder)/lock"
    file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw FileError.last("open", path) }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
      let code = errno
      // Stored properties are set: deinit closes the file.
      guard code == EWOULDBLOCK else { throw FileError.failed(operation: "lock", path: path, errno: code) }
      throw FileError.locked(path: path, pid: Self.holder(path))
    }
    let text = Array("\(getpid())\n".utf8)
    guard ftruncate(file, 0) == 0, pwrite(file, text, text.count, 0) == text.count else {
      throw FileError.last("write", path)
    }
  }

  deinit { close(file) }

  private static func holder(_ path: String) -> String {
    let bytes = (try? SmallFile.read(path, limit: 64)) ?? []
    let digits = bytes.prefix { (0x30...0x39).contains($0) }
    return digits.isEmpty ? "(unknown)" : String(decoding: digits, as: UTF8.self)
  }
}
