/// Why a statement, a bundle or a policy is refused. The text names what was read and what was expected.
public enum ReceiptError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Bytes that are no acceptable COSE, JSON or base64.
  case encoding(what: String, why: String)
  /// A member that the format requires is absent, or is of another kind or value.
  case field(String, why: String)
  /// A member that the format does not define. Nothing unread may stand in a signed payload.
  case unknownField(String)
  /// A limit was crossed.
  case limit(name: String, limit: Int, got: Int)
  /// A request that cannot be served as written: the parameter and the reason, for the client.
  case request(parameter: String?, code: String, message: String)
  /// Signing failed.
  case signing(String)

  public var description: String {
    switch self {
    case .encoding(let what, let why): "\(what): \(why)"
    case .field(let name, let why): "\(name) \(why)"
    case .unknownField(let name): "\(name) is no member of this format"
    case .limit(let name, let limit, let got): "\(name) is \(got), above the limit of \(limit)"
    case .request(_, _, let message): message
    case .signing(let why): "signing failed: \(why)"
    }
  }
}
