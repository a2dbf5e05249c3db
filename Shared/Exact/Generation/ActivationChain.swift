public import Cryptography

/// The chain over the final hidden states of an exact executor (FORMAT section 2).
///
/// `A_0 = H("colophon/activation/v1" ‖ 0 ‖ salt32)`, and for each generated token
/// `A_i = H(A_(i-1) ‖ hidden ‖ u32 big-endian token ‖ f32 little-endian logit of that token)`, where `hidden` is the
/// final normed hidden state, f32 little-endian each, of the row that predicted the token.
public struct ActivationChain: Sendable, Equatable {
  public static let saltBytes = 32

  /// A_n: A_0 while nothing is generated.
  public private(set) var head: Digest32
  /// A_1 ... A_n.
  public private(set) var digests: [Digest32] = []

  /// - Throws: `badSalt` for a salt that is not 32 bytes.
  public init(salt: [UInt8]) throws(GenerationError) {
    guard salt.count == Self.saltBytes else { throw .badSalt(bytes: salt.count, expected: Self.saltBytes) }
    head = SHA256.hash(DomainTag.activation.prefix + salt)
  }

  /// The chain of a claim, whose digests are given and not computed. Nil when `list` is no list of digests.
  public static func digests(of list: [UInt8]) -> [Digest32]? {
    guard list.count % 32 == 0 else { return nil }
    var digests: [Digest32] = []
    for start in stride(from: 0, to: list.count, by: 32) {
      guard let digest = try? Digest32(Array(list[start..<start + 32])) else { return nil }
      digests.append(digest)
    }
    return digests
  }

  /// A_1 ... A_n, 32 bytes each: what the opening of the chain holds.
  public var list: [UInt8] { digests.flatMap(\.bytes) }

  public mutating func append(hidden: UnsafeBufferPointer<Float>, token: UInt32, logit: Float) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(40 + hidden.count * 4)
    bytes += head.bytes
    for value in hidden { bytes.append(littleEndian: value.bitPattern) }
    bytes.append(littleEndian: token.byteSwapped)
    bytes.append(littleEndian: logit.bitPattern)
    head = SHA256.hash(bytes)
    digests.append(head)
  }
}

extension [UInt8] {
  fileprivate mutating func append(littleEndian word: UInt32) {
    for shift in stride(from: UInt32(0), to: 32, by: 8) { append(UInt8(truncatingIfNeeded: word >> shift)) }
  }
}
