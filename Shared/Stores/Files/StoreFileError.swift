internal import Glibc

/// A file of a store that could not be read or written as it must be.
public enum StoreFileError: Error, Equatable, Sendable, CustomStringConvertible {
  case failed(operation: String, path: String, errno: Int32)
  /// A link, a folder or a device where a store has files.
  case notRegular(path: String)
  case tooLarge(path: String, bytesMax: Int)
  /// What was read back is not what was written.
  case readBack(path: String)

  public var description: String {
    switch self {
    case .failed(let operation, let path, let code):
      "\(operation) \(path) failed: \(String(cString: strerror(code)))"
    case .notRegular(let path): "\(path) is a link or no regular file: a store follows no links; remove it"
    case .tooLarge(let path, let max): "\(path) is larger than the limit of \(max) bytes"
    case .readBack(let path): "\(path) does not hold what was just written to it: check the disk"
    }
  }

  /// Whether the disk itself cannot give back what it was given.
  var isDamage: Bool {
    if case .failed(_, _, let code) = self { return code == EIO }
    return false
  }

  static func last(_ operation: String, _ path: String) -> StoreFileError {
    switch errno {
    case ELOOP, ENOTDIR: .notRegular(path: path)
    default: .failed(operation: operation, path: path, errno: errno)
    }
  }
}
