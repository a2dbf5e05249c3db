public import Cryptography
public import Receipts

/// Why pieces are not the evidence of one execution. It says nothing about the executor: whoever brought the pieces
/// brought the wrong ones.
public enum EvidenceError: Error, Sendable, CustomStringConvertible {
  /// An opening of something that the execution does not commit to.
  case uncommitted(CommittedField)
  case opensAnother(CommittedField)
  case missing(CommittedField)
  case otherManifest(found: Digest32, stated: Digest32)
  case unreadableManifest(ReceiptError)
  /// Of the execution or of the manifest: it cannot be executed again bit by bit.
  case profile(String)

  public var description: String {
    switch self {
    case .uncommitted(let field): "the opening \"\(field)\" is of nothing that the execution commits to"
    case .opensAnother(let field): "the opening \(field) does not open the execution's commitment"
    case .missing(let field): "the opening \(field) is missing"
    case .otherManifest(let found, let stated):
      "the model statement has the manifest \(found), the execution names \(stated)"
    case .unreadableManifest(let error): "\(error)"
    case .profile(let profile):
      "the profile is \(profile.prefix(64)): only \(ExecutionPredicate.profileExact) can be executed again"
    }
  }
}
