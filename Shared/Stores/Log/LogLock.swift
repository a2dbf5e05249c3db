internal import Glibc

/// Keeps a second sequencer off a log: an exclusive lock on one file, held as long as the value lives. The kernel lets go
/// when the process ends, however it ends.
public final class LogLock: Sendable {
  private let file: Int32

  /// Takes the lock, making the file if need be. Errors: ``LogError/locked(path:)``, ``StoreFileError``.
  public init(path: String) throws {
    do { try Folder.make(Folder.above(path)) } catch {
      throw StoreFileError.failed(operation: error.operation, path: error.path, errno: error.errno)
    }
    file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { throw StoreFileError.last("open", path) }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
      guard errno == EWOULDBLOCK else { throw StoreFileError.last("lock", path) }
      throw LogError.locked(path: path)
    }
  }

  deinit { close(file) }
}
