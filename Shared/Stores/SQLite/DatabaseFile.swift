internal import Glibc

/// The file under a database, made private before SQLite sees it: the `-wal` and `-shm` files take its mode.
enum DatabaseFile {
  static func prepare(_ path: String) throws {
    let folder = Folder.above(path)
    try make(folder)
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
    if file < 0 {
      guard errno != ELOOP else { throw SQLiteError.notRegular(path: path) }
      throw SQLiteError.file(operation: "open", path: path, errno: errno)
    }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw SQLiteError.file(operation: "stat", path: path, errno: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw SQLiteError.notRegular(path: path) }
    guard fchmod(file, 0o600) == 0 else { throw SQLiteError.file(operation: "chmod", path: path, errno: errno) }
    // The name must survive a power cut as well as the rows do.
    try sync(folder)
  }

  private static func make(_ folder: String) throws {
    do {
      try Folder.make(folder)
    } catch {
      throw SQLiteError.file(operation: error.operation, path: error.path, errno: error.errno)
    }
  }

  private static func sync(_ folder: String) throws {
    do {
      try Folder.sync(folder)
    } catch {
      throw SQLiteError.file(operation: error.operation, path: error.path, errno: error.errno)
    }
  }
}
