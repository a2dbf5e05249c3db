internal import GRDB
internal import Glibc

extension DatabasePool {
  /// Between two tries, in microseconds.
  private static let pause: UInt32 = 2_000

  /// Opens the file at `path`, again for as long as `wait` while others that open it are in the way.
  ///
  /// Turning WAL on takes the whole file, and where two ask for it at once SQLite answers `SQLITE_BUSY` without asking the busy
  /// handler, as waiting could be a deadlock: programs that start together on a fresh file have to come back by themselves.
  ///
  /// Errors: `DatabaseError`, and that of the last try (`SQLITE_BUSY`) where the wait was not enough.
  static func opened(_ path: String, _ configuration: Configuration, wait: Duration) throws -> DatabasePool {
    let deadline = ContinuousClock.now + wait
    while true {
      do {
        return try DatabasePool(path: path, configuration: configuration)
      } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY && ContinuousClock.now < deadline {
        usleep(pause)
      }
    }
  }
}
