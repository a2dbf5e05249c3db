internal import Glibc

/// A database that cannot be opened as it must be.
public enum SQLiteError: Error, Equatable, Sendable, CustomStringConvertible {
  case file(operation: String, path: String, errno: Int32)
  case notRegular(path: String)
  /// The file was written by a later version of the program.
  case newer(path: String, found: Int, known: Int)
  case migration(path: String, number: Int, name: String, why: String)
  /// A pragma that did not take: without it the database would not survive what it must survive.
  case pragma(path: String, name: String, expected: String, found: String)

  public var description: String {
    switch self {
    case .file(let operation, let path, let code):
      "\(operation) \(path) failed: \(String(cString: strerror(code)))"
    case .notRegular(let path):
      "\(path) is not a regular file of its own (a link or a device): a database is never opened through a link"
    case .newer(let path, let found, let known):
      "\(path) has schema version \(found), and this program knows versions up to \(known): start the newer program "
        + "that wrote it, or restore the backup made before the upgrade"
    case .migration(let path, let number, let name, let why):
      "\(path): schema step \(number) (\(name)) failed and was undone: \(why)"
    case .pragma(let path, let name, let expected, let found):
      "\(path): PRAGMA \(name) is \(found) and must be \(expected): the file system may not support it"
    }
  }
}
