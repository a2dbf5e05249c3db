internal import Glibc

/// A file that the service needs and cannot have as it must be.
public enum FileError: Error, Equatable, Sendable, CustomStringConvertible {
  case failed(operation: String, path: String, errno: Int32)
  case tooLarge(path: String, limit: Int)
  case wrongSize(path: String, expected: Int, got: Int)
  case notRegular(path: String)
  /// Others than the owner may read a secret.
  case exposed(path: String, mode: UInt32)
  case badToken(path: String)
  /// Another process holds the data folder.
  case locked(path: String, pid: String)

  public var description: String {
    switch self {
    case .failed(let operation, let path, let code):
      "\(operation) \(path) failed: \(String(cString: strerror(code)))"
    case .tooLarge(let path, let limit): "\(path) is larger than the limit of \(limit) bytes"
    case .wrongSize(let path, let expected, let got):
      "\(path) has \(got) bytes, it must have \(expected); restore it from a backup, or move it away for a new one"
    case .notRegular(let path): "\(path) is not a regular file"
    case .exposed(let path, let mode):
      "\(path) is readable by others (mode \(String(mode, radix: 8))); run chmod 600 on it, and replace the secret if it leaked"
    case .badToken(let path):
      "\(path) must hold 16 to 256 characters without spaces and nothing else; remove it for a new one"
    case .locked(let path, let pid):
      "\(path) is held by the running process \(pid); stop that one or choose another --data"
    }
  }

  /// The error of the system call that just failed.
  static func last(_ operation: String, _ path: String) -> FileError {
    .failed(operation: operation, path: path, errno: errno)
  }
}
