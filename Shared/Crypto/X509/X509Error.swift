/// Why a certificate, a list of revocations or a chain is refused.
public enum X509Error: Error, Equatable, Sendable, CustomStringConvertible {
  /// Bytes that are not what they should be.
  case unreadable(String, String)
  /// A size beyond what is read.
  case limit(name: String, limit: Int, got: Int)
  /// No path from the certificate to a trusted root: the subject where it breaks, and libcrypto's reason.
  case noPath(at: String, why: String)
  /// The time lies outside a validity: seconds since 1970.
  case outsideValidity(of: String, from: Int64, to: Int64, time: Int64)
  /// A certificate of the path is on its issuer's list, or a list is missing.
  case revocation(of: String, why: String)

  public var description: String {
    switch self {
    case .unreadable(let what, let why): "\(what) is unreadable: \(why)"
    case .limit(let name, let limit, let got): "\(name) is \(got), the limit is \(limit)"
    case .noPath(let at, let why): "no path to a trusted root at '\(at)': \(why)"
    case .outsideValidity(let of, let from, let to, let time):
      "'\(of)' is valid from \(from) to \(to), the time is \(time) (seconds since 1970)"
    case .revocation(let of, let why): "'\(of)': \(why)"
    }
  }
}
