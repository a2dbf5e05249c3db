/// Why a file could not be mapped, or is no longer the one that was.
public enum MappedFileError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The operating system refused an operation on the file.
  case unreadable(path: String, operation: String, errno: Int32)
  case notARegularFile(path: String)
  /// The file changed between opening and the end of loading.
  case changedWhileOpen(path: String)

  public var description: String {
    switch self {
    case .unreadable(let path, let operation, let code):
      "cannot read \(path): \(operation) failed with errno \(code)"
    case .notARegularFile(let path):
      "\(path) is not a regular file"
    case .changedWhileOpen(let path):
      "\(path) changed while it was being loaded; load a file that nobody writes to"
    }
  }
}
