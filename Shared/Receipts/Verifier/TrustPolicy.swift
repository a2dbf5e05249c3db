internal import Codec
public import Cryptography
public import MerkleLog

/// Whom the verifier's owner believes (FORMAT section 5). It is never taken from a bundle.
public struct TrustPolicy: Sendable, Equatable {
  public struct Issuer: Sendable, Equatable {
    public let issuer: String
    public let key: VerifyingKey
    public let kinds: Set<StatementKind>
    /// Log indices for which the key is good: a statement's own times are claims.
    public let fromIndex: UInt64
    public let toIndex: UInt64?

    public init(
      issuer: String, key: VerifyingKey, kinds: Set<StatementKind>, fromIndex: UInt64 = 0, toIndex: UInt64? = nil
    ) {
      self.issuer = issuer
      self.key = key
      self.kinds = kinds
      self.fromIndex = fromIndex
      self.toIndex = toIndex
    }

    public var keyID: [UInt8] { COSEKey(key).keyID }
  }

  public var log: CheckpointPolicy
  public var receiptLogKey: VerifyingKey
  public var issuers: [Issuer]
  /// Keys whose `model` statements are believed.
  public var manifestSigners: [[UInt8]]
  /// Manifests believed by their digest, whichever listed key signed them.
  public var manifestDigests: [Digest32]
  public var profiles: [String]
  /// Digests of the policy statements by which credit may be computed; empty: any policy signed by a listed key.
  public var attributionPolicies: [Digest32]
  public var required: [Check.Name]
  /// Nil: whoever wrote this says nothing of trusted hardware.
  public var tee: TEE?
  /// Under which timestamps of checkpoints are believed; empty: a bundle may carry none.
  public var timestampRoots: [TimestampRoot]

  public init(
    log: CheckpointPolicy, receiptLogKey: VerifyingKey, issuers: [Issuer], manifestSigners: [[UInt8]],
    manifestDigests: [Digest32], profiles: [String], attributionPolicies: [Digest32], required: [Check.Name],
    tee: TEE? = nil, timestampRoots: [TimestampRoot] = []
  ) {
    self.timestampRoots = timestampRoots
    self.log = log
    self.receiptLogKey = receiptLogKey
    self.issuers = issuers
    self.manifestSigners = manifestSigners
    self.manifestDigests = manifestDigests
    self.profiles = profiles
    self.attributionPolicies = attributionPolicies
    self.required = required
    self.tee = tee
  }

  /// A key that is in two roles, in words; nil when each has one. Whoever holds one key for two roles vouches for itself.
  /// The roles are the two of the log, each witness, and each issuer; one issuer's key signs one of the kinds that check
  /// each other (``StatementKind/roles``).
  public var keyInTwoRoles: String? {
    var roles: [(String, VerifyingKey)] = [("log checkpoint", log.logKey.key), ("log receipt", receiptLogKey)]
    roles += log.witnesses.map { ("witness \($0.name)", $0.key) }
    roles += issuers.map { ("issuer \($0.issuer)", $0.key) }
    for (at, role) in roles.enumerated() {
      if let other = roles[..<at].first(where: { $0.1 == role.1 }) { return "\(other.0) and \(role.0) share a key" }
    }
    for issuer in issuers {
      let kinds = issuer.kinds.intersection(StatementKind.roles).map(\.rawValue).sorted()
      if kinds.count > 1 { return "one key of \(issuer.issuer) is listed for \(kinds.joined(separator: " and "))" }
    }
    return nil
  }

  func lists(profile: String) -> Bool { profiles.contains { $0.hasSameBytes(as: profile) } }

  func issuer(of statement: SignedStatement) -> Issuer? { issuers.first { $0.keyID == statement.keyID } }
}
