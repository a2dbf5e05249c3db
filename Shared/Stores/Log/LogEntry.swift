public import Cryptography

/// What is to be registered: the digest that becomes the entry, and the claim that may stand in the log once only.
public struct LogEntry: Hashable, Sendable {
  /// SHA-256 of the statement's signed bytes.
  public let digest: Digest32
  /// How many bytes the statement has; it is in the blob store already.
  public let bytes: Int
  /// Thumbprint of the key that signed.
  public let keyID: [UInt8]
  public let kind: String
  public let subject: String
  /// Of the put of the statement (``PutBlobs/generation``).
  public var generation: UInt64

  public init(digest: Digest32, bytes: Int, keyID: [UInt8], kind: String, subject: String, generation: UInt64 = 0) {
    self.digest = digest
    self.bytes = bytes
    self.keyID = keyID
    self.kind = kind
    self.subject = subject
    self.generation = generation
  }
}

/// Where an entry stands once registered. It is in a published tree only when that tree is larger than `index`.
public struct RegisteredEntry: Hashable, Sendable {
  public let index: UInt64
  public let digest: Digest32
  /// Claim `sub` of the statement; nil for the genesis entry.
  public let subject: String?
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
