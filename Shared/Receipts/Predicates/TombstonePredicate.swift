public import Codec
public import Cryptography

/// What storage signs when it has erased a blob: that it will not come back, and why. Its `sub` is the blob's name, its
/// subject digest the hash of this predicate.
public struct TombstonePredicate: Sendable, Equatable {
  /// Bytes of a reason.
  public static let reasonBytesMax = 1024

  public var blob: Digest32
  /// How many bytes it had.
  public var bytes: UInt64
  /// Public, and so never content.
  public var reason: String
  public var erasedUnixMs: UInt64

  /// Errors: ``ReceiptError`` for a reason that is empty or too long.
  public init(blob: Digest32, bytes: UInt64, reason: String, erasedUnixMs: UInt64) throws(ReceiptError) {
    guard (1...Self.reasonBytesMax).contains(reason.utf8.count) else {
      throw .field("tombstone.reason", why: "must have 1 to \(Self.reasonBytesMax) bytes")
    }
    self.blob = blob
    self.bytes = bytes
    self.reason = reason
    self.erasedUnixMs = erasedUnixMs
  }

  public var json: JSON {
    [
      "blob": .digest(blob), "bytes": .decimal(bytes), "reason": .string(reason),
      "erased_unix_ms": .decimal(erasedUnixMs),
    ]
  }

  public init(_ json: JSON) throws(ReceiptError) {
    var fields = try Fields(json, "tombstone")
    try self.init(
      blob: fields.digest("blob"), bytes: fields.decimal("bytes"), reason: fields.string("reason"),
      erasedUnixMs: fields.decimal("erased_unix_ms"))
    try fields.end()
  }

  /// The digest of the statement's subject: `H(JCS(predicate))`.
  public var digest: Digest32 {
    get throws(ReceiptError) {
      do { return SHA256.hash(try JCS.encode(json)) } catch { throw .encoding(what: "tombstone", why: "\(error)") }
    }
  }
}
