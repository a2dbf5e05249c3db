public import Codec
public import Cryptography
internal import MerkleLog

/// What an issuer signs of a run of its receipts, so that a missing number shows (FORMAT section 3): the RFC 9162 tree
/// over `H(0x00 ‖ u64 sequence ‖ receipt digest)` in order of number.
public struct EpochPredicate: Sendable, Equatable {
  public static let receiptsMax = 1 << 16

  /// Thumbprint of the key that numbered and signed the receipts: the one that signs this.
  public var keyID: Digest32
  /// Sequence numbers of the first and the last receipt, both inclusive.
  public var first: UInt64
  public var last: UInt64
  public var root: Digest32

  /// The epoch of these receipts, of which the first has the number `first`. Nil unless there are 1 to ``receiptsMax``.
  public init?(keyID: Digest32, first: UInt64, receipts: [Digest32]) {
    guard first > 0, (1...Self.receiptsMax).contains(receipts.count) else { return nil }
    let (last, overflows) = first.addingReportingOverflow(UInt64(receipts.count - 1))
    guard !overflows else { return nil }
    self.keyID = keyID
    self.first = first
    self.last = last
    root = MerkleTree.root(Self.leaves(first: first, receipts)[...])
  }

  /// Claim `sub` of the statement: of one key and one first number there is one epoch.
  public var subject: String { "epoch/\(first)" }

  /// Digest of the predicate.
  public func digest() throws(ReceiptError) -> Digest32 {
    do { return SHA256.hash(try JCS.encode(json)) } catch { throw .encoding(what: "epoch", why: "\(error)") }
  }

  /// The way from one of the receipts to the root.
  public static func path(to sequence: UInt64, first: UInt64, receipts: [Digest32]) -> [Digest32]? {
    guard sequence >= first, let at = Int(exactly: sequence - first) else { return nil }
    return MerkleTree.inclusionPath(at, leaves(first: first, receipts)[...])
  }

  /// Whether the receipt with this number and digest is counted. Errors: `ProofError`.
  public func requireCounts(_ receipt: Digest32, sequence: UInt64, path: [Digest32]) throws {
    guard (first...last).contains(sequence) else {
      throw ReceiptError.field("sequence", why: "is \(sequence), and the epoch counts \(first) to \(last)")
    }
    try InclusionProof(index: sequence - first, size: last - first + 1, path: path)
      .verify(leafHash: Self.leaf(sequence, receipt), root: root)
  }

  private static func leaf(_ sequence: UInt64, _ receipt: Digest32) -> Digest32 {
    TreeHash.leaf(BigEndian.bytes(sequence) + receipt.bytes)
  }

  private static func leaves(first: UInt64, _ receipts: [Digest32]) -> [Digest32] {
    receipts.enumerated().map { leaf(first + UInt64($0), $1) }
  }

  public var json: JSON {
    ["key": .digest(keyID), "first": .decimal(first), "last": .decimal(last), "root": .digest(root)]
  }

  public init(_ json: JSON) throws(ReceiptError) {
    var fields = try Fields(json, "epoch")
    keyID = try fields.digest("key")
    first = try fields.decimal("first")
    last = try fields.decimal("last")
    root = try fields.digest("root")
    try fields.end()
    guard first > 0, last >= first else { throw .field("epoch.last", why: "must not be below first, nor first be 0") }
    guard last - first < UInt64(Self.receiptsMax) else {
      throw .limit(name: "receipts of an epoch", limit: Self.receiptsMax, got: Int(clamping: last - first))
    }
  }
}
