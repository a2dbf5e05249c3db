public import Codec
public import Cryptography
internal import MerkleLog

/// What verification logs before an epoch of sampled verification (FORMAT section 5): that its seed is fixed, and until
/// when the verdicts will be there. The epoch begins with the entry behind this statement's and ends with the next draw's.
public struct DrawPredicate: Sendable, Equatable {
  /// Of this key's draws: 0, 1, 2, ...
  public var number: UInt64
  /// `H(seed)`.
  public var seed: Digest32
  /// Each selected receipt of the epoch has its verdict at most this many entries behind this statement's own.
  public var within: UInt64

  public init(number: UInt64, seed: Digest32, within: UInt64) {
    self.number = number
    self.seed = seed
    self.within = within
  }

  /// Claim `sub` of the statement.
  public var subject: String { "draw/\(number)" }

  /// Digest of the predicate: the statement's subject digest.
  public func digest() throws(ReceiptError) -> Digest32 { try .ofPredicate(json, "draw") }

  public var json: JSON { ["number": .decimal(number), "seed": .digest(seed), "within": .decimal(within)] }

  public init(_ json: JSON) throws(ReceiptError) {
    var fields = try Fields(json, "draw")
    number = try fields.decimal("number")
    seed = try fields.digest("seed")
    within = try fields.decimal("within")
    try fields.end()
    guard within > 0 else { throw .field("draw.within", why: "must not be 0") }
  }
}

/// What verification logs after the epoch: the seed, and the tree whose root goes into the draw.
public struct RevealPredicate: Sendable, Equatable {
  static let checkpointBytesMax = 4096

  public var number: UInt64
  /// Digest of the draw statement.
  public var draw: Digest32
  /// Log index of the epoch's last entry: that of the next draw.
  public var last: UInt64
  /// 32 bytes, of which the draw logged the digest.
  public var seed: [UInt8]
  /// The first checkpoint past `last` that verification saw, a signed note with the log's own signature alone.
  public var checkpoint: String

  public init(number: UInt64, draw: Digest32, last: UInt64, seed: [UInt8], checkpoint: String) {
    self.number = number
    self.draw = draw
    self.last = last
    self.seed = seed
    self.checkpoint = checkpoint
  }

  /// The root that goes into the draw; nil where the checkpoint is none.
  public var root: Digest32? { try? Checkpoint(text: SignedNote(parsing: Array(checkpoint.utf8)).text).root }

  /// Claim `sub` of the statement.
  public var subject: String { "reveal/\(number)" }

  /// Digest of the predicate: the statement's subject digest.
  public func digest() throws(ReceiptError) -> Digest32 { try .ofPredicate(json, "reveal") }

  public var json: JSON {
    [
      "number": .decimal(number), "draw": .digest(draw), "last": .decimal(last),
      "seed": .string(Base64.encode(seed)), "checkpoint": .string(checkpoint),
    ]
  }

  public init(_ json: JSON) throws(ReceiptError) {
    var fields = try Fields(json, "reveal")
    number = try fields.decimal("number")
    draw = try fields.digest("draw")
    last = try fields.decimal("last")
    let text = try fields.string("seed")
    do { seed = try Base64.decode(text) } catch { throw .encoding(what: "reveal.seed", why: "\(error)") }
    checkpoint = try fields.name("checkpoint", max: Self.checkpointBytesMax)
    try fields.end()
    guard seed.count == Draw.seedBytes else {
      throw .field("reveal.seed", why: "must have \(Draw.seedBytes) bytes, and has \(seed.count)")
    }
  }
}

extension Digest32 {
  /// `H(JCS(predicate))`.
  static func ofPredicate(_ json: JSON, _ what: String) throws(ReceiptError) -> Digest32 {
    do { return SHA256.hash(try JCS.encode(json)) } catch { throw .encoding(what: what, why: "\(error)") }
  }
}
