public import Cryptography

/// What the `key` statements of a log say of keys, as far as a trust policy believes who says it (FORMAT section 4).
/// Statements are added in the order of the log; one that was good when it was made stays when its signer's key ends.
public struct KeyHistory: Sendable {
  /// One key's interval.
  public struct Interval: Sendable, Equatable {
    /// Whoever stated it: the key's own issuer, or the owner that ended it.
    public let issuer: String
    public let stated: KeyPredicate
    /// The log index of the statement.
    public let index: UInt64
  }

  private let policy: TrustPolicy
  private var own: [Digest32: Interval] = [:]
  private var ends: [Digest32: Interval] = [:]
  private var next: UInt64 = 0

  public init(policy: TrustPolicy) { self.policy = policy }

  /// Takes in a statement that the log has at `index`. Errors: ``ReceiptError``; a statement that is refused changes
  /// nothing.
  public mutating func add(_ signed: SignedStatement, at index: UInt64) throws(ReceiptError) {
    guard index >= next else { throw .field("key", why: "is added out of the log's order, at index \(index)") }
    next = index + 1
    guard let signer = policy.issuer(of: signed) else { throw .field("key", why: "is by no key of the policy") }
    guard signer.kinds.contains(.key) else {
      throw .field("key", why: "is by a key that the policy does not list for it")
    }
    guard signer.issuer.hasSameBytes(as: signed.statement.issuer) else {
      throw .field("key", why: "is signed as \(signed.statement.issuer) with the key of \(signer.issuer)")
    }
    guard signed.isSigned(by: signer.key) else { throw .field("key", why: "has a signature that is not its key's") }
    let stated = try KeyPredicate(of: signed, signerKinds: signer.kinds)
    let interval = Interval(issuer: signer.issuer, stated: stated, index: index)
    guard index >= signer.fromIndex, index <= signer.toIndex ?? .max else {
      throw .field("key", why: "has log index \(index), at which its signer's key is not good")
    }
    if let end = end(of: signed.keyID), end < index {
      throw .field("key", why: "has index \(index), and its signer's key ended at \(end)")
    }
    guard let end = stated.toIndex else { return try begin(interval) }
    // The first end that reaches furthest back: no later word makes good what an earlier one ended.
    if let other = self.end(of: stated.keyID.bytes), other <= end { return }
    ends[stated.keyID] = interval
  }

  private func end(of keyID: [UInt8]) -> UInt64? {
    (try? Digest32(keyID)).flatMap { ends[$0]?.stated.toIndex }
  }

  private mutating func begin(_ interval: Interval) throws(ReceiptError) {
    let stated = interval.stated
    guard stated.fromIndex <= interval.index else {
      throw .field(
        "key.from_index", why: "is \(stated.fromIndex), after the statement itself, which has index \(interval.index)")
    }
    if let first = own[stated.keyID] { throw .field("key", why: "was stated already, at index \(first.index)") }
    own[stated.keyID] = interval
  }

  /// What counts of each key, by thumbprint: an owner's word before the key's own.
  public var intervals: [Digest32: Interval] { own.merging(ends) { _, end in end } }

  /// The policy with the interval of each of its keys cut to what was stated of it; none is ever widened.
  ///
  /// Errors: ``ReceiptError`` for a key of which nothing is left.
  public func narrowing(_ policy: TrustPolicy) throws(ReceiptError) -> TrustPolicy {
    let intervals = intervals
    var narrowed = policy
    narrowed.issuers = []
    for issuer in policy.issuers {
      guard let keyID = try? Digest32(issuer.keyID), let stated = intervals[keyID]?.stated else {
        narrowed.issuers.append(issuer)
        continue
      }
      let from = max(issuer.fromIndex, stated.fromIndex)
      let to = [issuer.toIndex, stated.toIndex].compactMap { $0 }.min()
      guard from <= to ?? .max else {
        throw .field(
          "trust.issuers", why: "the policy and the log leave \(keyID.named) of \(issuer.issuer) no entry: remove it")
      }
      narrowed.issuers.append(
        .init(issuer: issuer.issuer, key: issuer.key, kinds: issuer.kinds, fromIndex: from, toIndex: to))
    }
    return narrowed
  }
}
