public import Cryptography

/// What is to be registered: the digest that becomes the entry, and the claim that may stand in the log once only.
public struct LogEntry: Hashable, Sendable {
  /// SHA-256 of the statement's signed bytes.
  public let digest: Digest32
  /// The signed bytes, kept beside the entry until they are erased.
  public let statement: [UInt8]
  /// Thumbprint of the key that signed.
  public let keyID: [UInt8]
  public let kind: String
  public let subject: String

  public init(digest: Digest32, statement: [UInt8], keyID: [UInt8], kind: String, subject: String) {
    self.digest = digest
    self.statement = statement
    self.keyID = keyID
    self.kind = kind
    self.subject = subject
  }
}

/// Where an entry stands once registered. It is in a published tree only when that tree is larger than `index`.
public struct RegisteredEntry: Hashable, Sendable {
  public let index: UInt64
  public let digest: Digest32
  /// Claim `sub` of the statement; nil for the genesis entry.
  public let subject: String?
}

/// How far the log has come with its entries. Each size is at most the one before it.
public struct LogProgress: Hashable, Sendable {
  /// Entries that have their index, durably.
  public var sequenced: UInt64 = 0
  /// The size of the last tree whose tiles are durable and whose head was signed and swapped in.
  public var integrated: UInt64 = 0
  /// The size of the tree that the checkpoint file shows, and proofs are made for.
  public var published: UInt64 = 0

  public init() {}
}

/// The last tree head that was signed: the one row that decides what the log is.
public struct SignedHead: Hashable, Sendable {
  public let size: UInt64
  /// The size signed before it.
  public let previousSize: UInt64
  public let root: Digest32
  /// The signed note; nil for the log that is still empty.
  public let note: [UInt8]?
}
