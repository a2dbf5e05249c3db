internal import Codec
internal import Cryptography

/// The 32 bytes that make evidence of one key different from the next: those that somebody asked with, or those of an epoch.
public struct EvidenceNonce: Sendable, Equatable {
  /// A time for which one piece of evidence of a key stands, in milliseconds since 1970: from `fromUnixMs` until before `toUnixMs`.
  public struct Epoch: Sendable, Equatable {
    public let fromUnixMs: UInt64
    public let toUnixMs: UInt64

    public func contains(_ unixMs: UInt64) -> Bool { fromUnixMs <= unixMs && unixMs < toUnixMs }
  }

  public static let byteCount = 32
  /// How an epoch's nonce begins. Nobody may ask with such a one: evidence for a client is never evidence for an epoch.
  static let epochPrefix = Array("epoch/v1".utf8)

  public let bytes: [UInt8]
  /// Nil where somebody asked.
  public let epoch: Epoch?

  /// Of whoever asks. Errors: other than 32 bytes, or the beginning of an epoch's.
  public init(asked bytes: [UInt8]) throws(ReceiptError) {
    guard bytes.count == Self.byteCount else {
      throw .field("nonce", why: "must be \(Self.byteCount) bytes, it is \(bytes.count)")
    }
    guard !bytes.starts(with: Self.epochPrefix) else {
      throw .field("nonce", why: "begins like that of an epoch: draw it at random")
    }
    self.bytes = bytes
    epoch = nil
  }

  /// Of an epoch: `epoch/v1` and the first 24 bytes of H(tag ‖ 0 ‖ u64 from ‖ u64 to). Errors: an epoch that ends before it begins.
  public init(fromUnixMs: UInt64, toUnixMs: UInt64) throws(ReceiptError) {
    guard fromUnixMs < toUnixMs else {
      throw .field("evidence.epoch", why: "ends at \(toUnixMs), which is not after its beginning, \(fromUnixMs)")
    }
    let hash = SHA256.hash(
      DomainTag.evidenceEpoch.prefix + BigEndian.bytes(fromUnixMs) + BigEndian.bytes(toUnixMs))
    bytes = Self.epochPrefix + hash.bytes.prefix(Self.byteCount - Self.epochPrefix.count)
    epoch = Epoch(fromUnixMs: fromUnixMs, toUnixMs: toUnixMs)
  }

  /// Members `nonce` and `epoch` of a document.
  init(_ fields: inout Fields) throws(ReceiptError) {
    let text = try fields.string("nonce")
    guard let bytes = Hex.decode(text), text.hasSameBytes(as: Hex.encode(bytes)) else {
      throw .field("evidence.nonce", why: "must be 64 lower-case hexadecimal digits")
    }
    guard fields.has("epoch") else {
      try self.init(asked: bytes)
      return
    }
    var epoch = try fields.fields("epoch")
    let from = try epoch.decimal("from_unix_ms")
    let to = try epoch.decimal("to_unix_ms")
    try epoch.end()
    try self.init(fromUnixMs: from, toUnixMs: to)
    guard self.bytes == bytes else { throw .field("evidence.nonce", why: "is not that of its epoch") }
  }
}
