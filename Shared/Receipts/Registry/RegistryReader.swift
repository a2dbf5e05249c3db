internal import Codec
public import Credit
public import Cryptography

/// Makes the registry from the statements of a log. It trusts nobody: each contributor's statement holds its key, and that
/// key must have made every signature of its.
public struct RegistryReader: Sendable {
  /// A contribution that changed nothing, and why.
  public struct Refused: Sendable, Equatable {
    public let index: UInt64
    public let why: RegistryRefusal
  }

  public private(set) var registry = Registry()
  /// In the order of the log.
  public private(set) var void: [Refused] = []

  public init() {}

  /// Takes the statement at a log index. Whatever it is, it is taken: as an effect on the registry, or as void.
  public mutating func add(_ statement: [UInt8], at index: UInt64) {
    do throws(RegistryRefusal) {
      let (signed, contribution) = try read(statement)
      try registry.add(contribution, keyID: signed.keyID, at: index)
    } catch { void.append(Refused(index: index, why: error)) }
  }

  private func read(_ statement: [UInt8]) throws(RegistryRefusal) -> (SignedStatement, Contribution) {
    let signed: SignedStatement
    let contribution: Contribution
    do { signed = try SignedStatement(statement) } catch { throw .unreadable("\(error)") }
    let claims = signed.statement
    guard claims.kind == .contribution else { throw .unreadable("is of kind \(claims.kind)") }
    do { contribution = try Contribution(json: claims.predicate) } catch { throw .unreadable("\(error)") }
    guard let subject = try? contribution.subject(), claims.subject.hasSameBytes(as: subject),
      claims.subjectDigest == (try? contribution.digest())
    else { throw .unreadable("its subject is not its content") }
    let contributor: Contributor
    if case .contributor(let own) = contribution {
      contributor = own
    } else {
      guard let id = registry.contributor(of: signed.keyID), let member = registry.members[id] else {
        throw .unknownKey
      }
      contributor = member.contributor
    }
    guard claims.issuer.hasSameBytes(as: contributor.issuer) else {
      throw .unreadable("its issuer is not \(contributor.issuer)")
    }
    guard signed.isSigned(by: contributor.key) else {
      throw .unreadable("its signature is not by the contributor's key")
    }
    return (signed, contribution)
  }

  /// Signs a contribution. Errors: ``ReceiptError/signing(_:)``, or `CreditError` for a record that has no canonical form.
  public static func sign(
    _ contribution: Contribution, issuer: String, issuedAt: Int64, with key: SigningKey
  ) throws -> SignedStatement {
    try SignedStatement(
      signing: Statement(
        kind: .contribution, issuer: issuer, subject: try contribution.subject(),
        subjectDigest: try contribution.digest(), issuedAt: issuedAt, predicate: contribution.json),
      with: key)
  }
}
