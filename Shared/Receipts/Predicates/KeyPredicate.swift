public import Codec
public import Cryptography

/// What is said of a key (FORMAT section 4): what it signs, and from which to which entry of the log it is good.
public struct KeyPredicate: Sendable, Equatable {
  /// Thumbprint of the key that is spoken of.
  public let keyID: Digest32
  public let kinds: Set<StatementKind>
  public let fromIndex: UInt64
  /// Inclusive; nil: it has not ended.
  public let toIndex: UInt64?
  /// Thumbprint of the key whose place it takes. It ends nothing: only an owner's statement does.
  public let replaces: Digest32?

  /// Errors: ``ReceiptError`` for an interval that ends before it begins, for no kind, for two roles and for a key that
  /// takes its own place.
  public init(
    keyID: Digest32, kinds: Set<StatementKind>, fromIndex: UInt64, toIndex: UInt64? = nil, replaces: Digest32? = nil
  ) throws(ReceiptError) {
    guard !kinds.isEmpty else { throw .field("key.kinds", why: "must not be empty") }
    guard kinds.intersection(StatementKind.roles).count <= 1 else {
      throw .field(
        "key.kinds", why: "has two roles, and no key has: a key signs one kind of those that check each other")
    }
    guard fromIndex <= toIndex ?? .max else { throw .field("key.to_index", why: "is below from_index") }
    guard replaces != keyID else { throw .field("key.replaces", why: "is the key itself") }
    self.keyID = keyID
    self.kinds = kinds
    self.fromIndex = fromIndex
    self.toIndex = toIndex
    self.replaces = replaces
  }

  public var json: JSON {
    .members([
      ("key", .digest(keyID)), ("kinds", .array(kinds.map(\.rawValue).sorted().map { .string($0) })),
      ("from_index", .decimal(fromIndex)), ("to_index", toIndex.map { .decimal($0) }),
      ("replaces", replaces.map { .digest($0) }),
    ])
  }

  public init(_ json: JSON) throws(ReceiptError) {
    var fields = try Fields(json, "key")
    let keyID = try fields.digest("key")
    var words: [String] = []
    for value in try fields.array("kinds", max: StatementKind.allCases.count) {
      guard let word = value.stringValue, StatementKind(rawValue: word) != nil else {
        throw .field("key.kinds", why: "\(value.text) is no kind of statement")
      }
      words.append(word)
    }
    // One spelling: what is sorted and distinct can be written in one way.
    guard zip(words, words.dropFirst()).allSatisfy(<) else {
      throw .field("key.kinds", why: "must be sorted, each kind once")
    }
    let from = try fields.decimal("from_index")
    let to = fields.has("to_index") ? try fields.decimal("to_index") : nil
    let replaces = try fields.optionalDigest("replaces")
    try fields.end()
    try self.init(
      keyID: keyID, kinds: Set(words.compactMap(StatementKind.init(rawValue:))), fromIndex: from, toIndex: to,
      replaces: replaces)
  }

  /// Claim `sub` of its statement: the thumbprint of the key.
  public var subject: String { keyID.named }

  /// The digest of the statement's subject: `H(JCS(predicate))`.
  public var digest: Digest32 {
    get throws(ReceiptError) {
      do { return SHA256.hash(try JCS.encode(json)) } catch { throw .encoding(what: "key", why: "\(error)") }
    }
  }
}

extension KeyPredicate {
  /// Reads a `key` statement, whose signature the caller checks, by a key that is listed for `kinds`.
  ///
  /// A key says from where it is good; an owner's key says where another ends. Whoever stole a key could otherwise end it,
  /// or state an end before its owner does: a log has one statement of a key about a key.
  ///
  /// Errors: ``ReceiptError`` for another kind, another subject than the key's, and for what its signer may not say.
  public init(of signed: SignedStatement, signerKinds kinds: Set<StatementKind>) throws(ReceiptError) {
    guard signed.statement.kind == .key else {
      throw .field("key", why: "is a statement of kind \(signed.statement.kind)")
    }
    self = try KeyPredicate(signed.statement.predicate)
    guard signed.statement.subject.hasSameBytes(as: subject), try signed.statement.subjectDigest == digest else {
      throw .field("key", why: "is under another subject than its own")
    }
    guard signed.keyID != keyID.bytes else {
      guard toIndex == nil else {
        throw .field("key.to_index", why: "is stated by the key itself: an owner's key ends it")
      }
      return
    }
    guard kinds.isDisjoint(with: StatementKind.services) else {
      throw .field("key", why: "is about another key than its signer, and a service's key speaks for itself only")
    }
    guard toIndex != nil else {
      throw .field("key.to_index", why: "is missing: where a key begins, it says itself")
    }
  }
}
