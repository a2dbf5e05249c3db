public import Cryptography

/// The chain over the final hidden states of an exact executor (FORMAT section 1).
///
/// `A_0 = H("colophon/activation/v1" ‖ 0 ‖ salt32)`, and for each generated token
/// `A_i = H(A_(i-1) ‖ hidden ‖ u32 big-endian token ‖ f32 little-endian logit of that token)`, where `hidden` is the
/// final normed hidden state, f32 little-endian each, of the row that predicted the token. Of several choices that of
/// the next index goes on where the one before ended.
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
    withUnsafeTemporaryAllocation(byteCount: 32 + ActivationRecords.bytes(width: hidden.count), alignment: 16) { link in
      ActivationRecords.write(hidden, token, logit, to: UnsafeMutableRawBufferPointer(rebasing: link[32...]))
      append(link)
    }
  }

  /// Goes on with what a choice kept.
  public mutating func append(_ records: ActivationRecords) {
    let stride = ActivationRecords.bytes(width: records.width)
    withUnsafeTemporaryAllocation(byteCount: 32 + stride, alignment: 16) { link in
      records.bytes.withUnsafeBytes { bytes in
        for start in Swift.stride(from: 0, to: bytes.count, by: stride) {
          UnsafeMutableRawBufferPointer(rebasing: link[32...]).copyMemory(
            from: UnsafeRawBufferPointer(rebasing: bytes[start..<start + stride]))
          append(link)
        }
      }
    }
  }

  /// `link` has room for a digest before the record that it holds, so that one call hashes one piece of memory.
  private mutating func append(_ link: UnsafeMutableRawBufferPointer) {
    head.withUnsafeBytes { link.copyMemory(from: $0) }
    head = SHA256.hash(UnsafeRawBufferPointer(link))
    digests.append(head)
  }
}

/// What the chain hashes of each token of one choice, kept until the choices before it have ended.
public struct ActivationRecords: Sendable, Equatable {
  /// Floats of a hidden state.
  public let width: Int
  /// Per token: hidden state, token, logit, as they enter the hash.
  private(set) var bytes: [UInt8] = []

  public init(width: Int) { self.width = width }

  public mutating func append(hidden: UnsafeBufferPointer<Float>, token: UInt32, logit: Float) {
    precondition(hidden.count == width, "a hidden state of \(hidden.count) floats among those of \(width)")
    withUnsafeTemporaryAllocation(byteCount: Self.bytes(width: width), alignment: 16) { record in
      Self.write(hidden, token, logit, to: record)
      bytes.append(contentsOf: record)
    }
  }

  static func bytes(width: Int) -> Int { 4 * width + 8 }

  static func write(
    _ hidden: UnsafeBufferPointer<Float>, _ token: UInt32, _ logit: Float, to record: UnsafeMutableRawBufferPointer
  ) {
    for index in 0..<hidden.count {
      record.storeBytes(of: hidden[index].bitPattern.littleEndian, toByteOffset: 4 &* index, as: UInt32.self)
    }
    record.storeBytes(of: token.bigEndian, toByteOffset: 4 * hidden.count, as: UInt32.self)
    record.storeBytes(of: logit.bitPattern.littleEndian, toByteOffset: 4 * hidden.count + 4, as: UInt32.self)
  }
}
