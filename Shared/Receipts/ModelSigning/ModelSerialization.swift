internal import Codec
internal import Cryptography

/// How the bytes of a model become a list of digests: what an OpenSSF model signature calls its serialization.
public struct ModelSerialization: Sendable, Equatable {
  /// By the names that the standard gives them. It also has blake3, for which this suite has no library.
  public enum Hash: String, Sendable, CaseIterable {
    case sha256, blake2b

    var algorithm: StreamHasher.Algorithm {
      switch self {
      case .sha256: .sha256
      case .blake2b: .blake2b
      }
    }
  }

  /// The most bytes of a shard: the largest integer that every reader of JSON agrees on.
  public static let shardSizeMax = (1 << 53) - 1
  /// One SHA-256 a file.
  public static let files = ModelSerialization(hash: .sha256)

  public let hash: Hash
  /// The bytes of every shard but a file's last one; nil where each file has one digest.
  public let shardSize: Int?

  /// One digest a file.
  public init(hash: Hash) {
    self.hash = hash
    shardSize = nil
  }

  /// One digest for each `shardSize` bytes of a file. Errors: ``ReceiptError`` for a size outside 1 to `shardSizeMax`.
  public init(hash: Hash, shardSize: Int) throws(ReceiptError) {
    guard (1...Self.shardSizeMax).contains(shardSize) else {
      throw .field("model signature: shard_size", why: "is \(shardSize), it must be 1 to \(Self.shardSizeMax)")
    }
    self.hash = hash
    self.shardSize = shardSize
  }

  /// What the standard calls the digests.
  var algorithm: String { hash.rawValue + (shardSize.map { "-sharded-\($0)" } ?? "") }

  /// Its members in the statement.
  var members: [(String, JSON?)] {
    [
      ("method", shardSize == nil ? "files" : "shards"), ("hash_type", .string(hash.rawValue)),
      ("shard_size", shardSize.map { .integer($0) }),
    ]
  }

  init(_ json: JSON?) throws(ReceiptError) {
    func refuse(_ member: String, _ why: String) -> ReceiptError { .field("model signature: \(member)", why: why) }
    let named = json?["hash_type"]?.stringValue ?? ""
    guard let hash = Hash(rawValue: named) else {
      throw refuse(
        "hash_type",
        "is '\(named.prefix(40))', and this program has sha256 and blake2b only: check it with the model-signing package, or "
          + "have the model signed again with one of these")
    }
    switch json?["method"]?.stringValue {
    case "files"?: self.init(hash: hash)
    case "shards"?:
      guard let size = json?["shard_size"].flatMap(Self.integer) else {
        throw refuse("shard_size", "must be an integer")
      }
      try self.init(hash: hash, shardSize: size)
    default: throw refuse("method", "is neither files nor shards")
    }
  }

  /// The package writes 10.0 for 10, as its numbers go through floats.
  private static func integer(_ json: JSON) -> Int? {
    guard let literal = json.numberLiteral else { return nil }
    return Int(literal.hasSuffix(".0") ? literal.dropLast(2) : literal[...])
  }
}
