/// Why a statement may not be registered.
public enum RegistrationError: Error, Equatable, Sendable, CustomStringConvertible {
  case unknownKey(kid: String)
  case issuer(stated: String, registered: String)
  case kind(String, kid: String, admitted: [String])
  case signature(kid: String)
  /// A `key` statement that its signer may not make.
  case key(why: String)
  /// The policy file is not one.
  case policy(path: String, why: String)

  public var description: String {
    switch self {
    case .unknownKey(let kid): "the key \(kid) is not in the log's registration policy"
    case .issuer(let stated, let registered):
      "the statement's issuer is \"\(stated)\", and its key is registered for \"\(registered)\""
    case .kind(let kind, let kid, let admitted):
      "the key \(kid) may not register statements of kind \(kind), only \(admitted.joined(separator: ", "))"
    case .signature(let kid): "the signature is not one of the key \(kid) over this statement"
    case .key(let why): "the statement about a key is not one that its signer may register: \(why)"
    case .policy(let path, let why): "registration policy \(path): \(why)"
    }
  }
}
