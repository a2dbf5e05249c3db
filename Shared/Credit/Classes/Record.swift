public import Cryptography

/// One record that somebody contributed, as the snapshot has it.
public struct Record: Hashable, Sendable {
  public var contributor: String
  /// The log index of the statement that committed to it.
  public var commitment: UInt64
  /// SHA-256 of its canonical bytes.
  public var id: Digest32
  public var label: UInt32
  public var content: Content

  public enum Content: Hashable, Sendable {
    case vector([Int8])
    /// Token ids of the snapshot's tokenizer.
    case text([UInt32])
  }

  public init(contributor: String, commitment: UInt64, id: Digest32, label: UInt32 = 0, content: Content) {
    self.contributor = contributor
    self.commitment = commitment
    self.id = id
    self.label = label
    self.content = content
  }
}

/// When two records with different ids are of one class (FORMAT section 7).
public enum Nearness: Hashable, Sendable {
  /// Never.
  case none
  /// By the cosine of their vectors, at least this many basis points.
  case cosine(basisPoints: Int)
  /// By the agreement of their texts' signatures.
  case minHash(MinHash)
}
