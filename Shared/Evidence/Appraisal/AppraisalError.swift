/// Why evidence, collateral or a policy is refused. The text names what was read and what was expected.
public enum AppraisalError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Bytes that are not of the format.
  case format(String, why: String)
  /// A size beyond what is read.
  case limit(name: String, limit: Int, got: Int)
  /// Readable, and not what the policy accepts or the hardware vouches for.
  case refused(String)
  /// A piece of collateral that the check needs was not handed in: the check is `not_checked`.
  case missing(String)

  public var description: String {
    switch self {
    case .format(let what, let why): "\(what): \(why)"
    case .limit(let name, let limit, let got): "\(name) is \(got), the limit is \(limit)"
    case .refused(let why): why
    case .missing(let what): "\(what) was not handed in"
    }
  }
}
