public import Cryptography

/// The chain over the chunks written to a stream before the one with `finish_reason` (FORMAT section 2).
public struct StreamChain: Sendable, Equatable {
  public private(set) var head: Digest32
  public private(set) var chunks: UInt64 = 0

  /// `h_0 = H("colophon/stream/v1", 0, salt32, 16 bytes of the id)`.
  public init(salt: [UInt8], id: ReceiptID) {
    head = SHA256.hash(DomainTag.stream.prefix + salt + id.bytes)
  }

  /// `h_i = H(h_{i-1}, u64 length, the exact bytes after "data: ")`.
  public mutating func append(_ chunk: [UInt8]) {
    head = SHA256.hash(head.bytes + BigEndian.bytes(UInt64(chunk.count)) + chunk)
    chunks += 1
  }

  /// The opening's data: each chunk behind its length.
  public static func encode(_ chunks: [[UInt8]]) -> [UInt8] {
    chunks.flatMap { BigEndian.bytes(UInt64($0.count)) + $0 }
  }

  public static func decode(_ data: [UInt8]) throws(ReceiptError) -> [[UInt8]] {
    var chunks: [[UInt8]] = []
    var at = 0
    while at < data.count {
      guard data.count - at >= 8 else { throw .field("stream opening", why: "ends within a length") }
      let length = data[at..<at + 8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      at += 8
      guard length <= UInt64(data.count - at) else { throw .field("stream opening", why: "ends within a chunk") }
      chunks.append(Array(data[at..<at + Int(length)]))
      at += Int(length)
    }
    return chunks
  }
}
