/// What an S3 store refused or could not do.
public enum S3Error: Error, Equatable, Sendable, CustomStringConvertible {
  case keyFile(path: String, why: String)
  case endpoint(String)
  /// No answer that can be used, after all attempts.
  case unreachable(operation: String, why: String)
  /// An answer that says no.
  case refused(operation: String, status: UInt, code: String)
  /// An answer that S3 does not give.
  case malformed(operation: String, why: String)
  /// What was read back is not what was written, by our own digest.
  case readBack(key: String)

  public var description: String {
    switch self {
    case .keyFile(let path, let why): "S3 key file \(path) \(why)"
    case .endpoint(let text): "the S3 endpoint \"\(text)\" is not http://HOST[:PORT] or https://HOST[:PORT]"
    case .unreachable(let operation, let why): "the S3 store gave no answer to \(operation): \(why)"
    case .refused(let operation, let status, let code): "the S3 store refused \(operation): HTTP \(status) \(code)"
    case .malformed(let operation, let why): "the S3 store answered \(operation) with something else: \(why)"
    case .readBack(let key): "the S3 store does not hold what was just written to \(key): do not trust it"
    }
  }
}
