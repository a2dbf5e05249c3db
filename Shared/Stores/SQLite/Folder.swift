internal import Glibc

/// Folders of a store: made private (0700) and durable.
enum Folder {
  /// A system call that failed.
  struct Failure: Error {
    let operation: String
    let path: String
    let errno: Int32

    static func last(_ operation: String, _ path: String) -> Failure {
      Failure(operation: operation, path: path, errno: Glibc.errno)
    }
  }

  /// The folder that holds `path`.
  static func above(_ path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Makes a folder and those above it. A folder that is there stays as it is; each new name is synced in the folder
  /// that holds it, so that a file written below is not lost with its folder.
  static func make(_ path: String) throws(Failure) {
    if isFolder(path) { return }
    var at = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      let parent = at.isEmpty ? "." : at
      at += (at.isEmpty || at == "/" ? "" : "/") + part
      if mkdir(at, 0o700) == 0 {
        try sync(parent)
      } else {
        let code = errno
        guard code == EEXIST || (code == EROFS || code == EACCES) && isFolder(at) else {
          throw .last("make folder", at)
        }
      }
    }
    guard isFolder(path) else { throw Failure(operation: "make folder", path: path, errno: ENOTDIR) }
  }

  /// Makes the names in a folder durable.
  static func sync(_ path: String) throws(Failure) {
    let handle = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard handle >= 0 else { throw .last("open", path) }
    defer { close(handle) }
    guard fsync(handle) == 0 else { throw .last("fsync", path) }
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
