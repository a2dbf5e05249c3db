/// A timestamp request, response, token or root that was refused (RFC 3161).
public enum TimestampError: Error, Equatable, Sendable, CustomStringConvertible {
  case tooLong(bytes: Int, max: Int)
  case malformed(String)
  /// The authority did not give a token.
  case notGranted(status: Int)
  /// The token answers another request.
  case otherRequest
  /// The token is about something else.
  case otherData
  case notVerified(String)
  case root(String)
  case library(String)

  public var description: String {
    switch self {
    case .tooLong(let bytes, let max): "the timestamp has \(bytes) bytes, and the limit is \(max)"
    case .malformed(let why): "the timestamp is malformed: \(why)"
    case .notGranted(let status): "the timestamping authority granted nothing: PKIStatus \(status)"
    case .otherRequest: "the timestamp's nonce is not that of the request"
    case .otherData: "the timestamp is about other data: its SHA-256 imprint differs"
    case .notVerified(let why): "the timestamp does not verify under the trusted roots: \(why)"
    case .root(let why): "the timestamp root is refused: \(why)"
    case .library(let what): "libcrypto failed in \(what)"
    }
  }
}
