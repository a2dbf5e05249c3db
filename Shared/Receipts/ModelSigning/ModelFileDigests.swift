internal import Cryptography

/// Makes the list of one file's digests from its bytes, which come in pieces of any size: none of them is kept.
public struct ModelFileDigests: ~Copyable {
  private let path: String
  private let serialization: ModelSerialization
  private var hasher: StreamHasher
  /// Where the shard begins that is being read, and how many bytes of it were.
  private var start = 0
  private var count = 0
  private var found: [ModelResources.Resource] = []

  /// - Parameter path: the file's path as the list has it.
  public init(path: String, serialization: ModelSerialization) {
    self.path = path
    self.serialization = serialization
    hasher = StreamHasher(serialization.hash.algorithm)
  }

  /// Takes the file's next bytes. Errors: ``ReceiptError/limit(name:limit:got:)`` for more shards than a model may have.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) throws(ReceiptError) {
    guard let size = serialization.shardSize else { return hasher.update(bytes) }
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = rest.prefix(size - count)
      hasher.update(UnsafeRawBufferPointer(rebasing: piece))
      count += piece.count
      rest = rest.dropFirst(piece.count)
      if count == size { try endShard() }
    }
  }

  /// The file's digests. An empty file has one, and no shard.
  public consuming func finish() throws(ReceiptError) -> [ModelResources.Resource] {
    guard serialization.shardSize != nil else { return [.init(path: path, digest: hasher.takeDigest())] }
    if count > 0 { try endShard() }
    return found
  }

  private mutating func endShard() throws(ReceiptError) {
    guard found.count < ModelResources.countMax else { throw ModelResources.tooMany(found.count + 1) }
    let end = start + count
    found.append(.init(path: path, shard: .init(start: start, end: end), digest: hasher.takeDigest()))
    (start, count) = (end, 0)
  }
}
