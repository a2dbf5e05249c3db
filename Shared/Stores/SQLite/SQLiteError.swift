internal import Glibc

/// A database that cannot be opened as it must be.
public enum SQLiteError: Error, Equatable, Sendable, CustomStringConvertible {
  case file(operation: String, path: String, errno: Int32)
  case notRegular(path: String)
  /// A pragma that did not take: without it the database would not survive what it must survive.
  case pragma(path: String, name: String, expected: String, found: String)
  /// A table or an index that is defined otherwise than this program defined it, or is missing, or is somebody else's.
  case definition(path: String, name: String)

  public var description: String {
    switch self {
    case .file(let operation, let path, let code):
      "\(operation) \(path) failed: \(String(cString: strerror(code)))"
    case .notRegular(let path):
      "\(path) is not a regular file of its own (a link or a device): a database is never opened through a link"
    case .pragma(let path, let name, let expected, let found):
      "\(path): PRAGMA \(name) is \(found) and must be \(expected): the file system may not support it"
    case .definition(let path, let name):
      "\(path): the definition of '\(name)' is not the one that this program gave it: the file is damaged, or was changed by "
        + "something else. Restore a backup"
    }
  }
}
