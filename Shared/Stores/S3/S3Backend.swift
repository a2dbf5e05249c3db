internal import Cryptography
public import MerkleLog
internal import NIOHTTP1

/// Blobs as objects of an S3 bucket, `blobs/ab/sha256:abcd...`.
public struct S3Backend: BlobBackend {
  /// Objects that are written side by side.
  private static let parallel = 4

  public var readBytes: Int { 8 * ChunkTree.chunkBytes }
  let client: S3Client

  public init(_ client: S3Client) { self.client = client }

  /// Makes the bucket if it is not there, and shows that it answers.
  public func prepare() async throws {
    try await client.prepareBucket()
    _ = try await client.list(prefix: "blobs/00/")
  }

  public func store(_ objects: [(object: BlobObject, bytes: [UInt8])]) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (number, (object, bytes)) in objects.enumerated() {
        if number >= Self.parallel { try await group.next() }
        group.addTask { try await store(object, bytes) }
      }
      try await group.waitForAll()
    }
  }

  private func store(_ object: BlobObject, _ bytes: [UInt8]) async throws {
    let key = Self.key(object)
    if try await client.get(key, from: 0, count: bytes.count + 1) == bytes { return }
    try await client.put(key, bytes)
    guard try await client.get(key, from: 0, count: bytes.count + 1) == bytes else { throw S3Error.readBack(key: key) }
  }

  public func store(_ file: StagedFile, as object: BlobObject, tree: ChunkTree) async throws {
    let key = Self.key(object)
    if file.bytes <= S3Client.partBytesMin {
      try await store(object, file.file.read(from: 0, count: Int(file.bytes)))
    } else {
      try await client.put(key, bytes: file.bytes) { try file.file.read(from: $0, count: $1) }
      try await readBack(key, tree)
    }
    try? file.folder.remove(file.name)
  }

  /// Fetches everything again and compares it, chunk by chunk: what a store acknowledged it may still not have.
  private func readBack(_ key: String, _ tree: ChunkTree) async throws {
    guard try await client.bytes(of: key) == tree.bytes else { throw S3Error.readBack(key: key) }
    var checked = 0
    while checked < tree.leaves.count {
      let offset = UInt64(checked * ChunkTree.chunkBytes)
      let count = Int(min(UInt64(readBytes), tree.bytes - offset))
      guard let bytes = try await client.get(key, from: offset, count: count), bytes.count == count else {
        throw S3Error.readBack(key: key)
      }
      for start in stride(from: 0, to: count, by: ChunkTree.chunkBytes) {
        let chunk = Array(bytes[start..<min(start + ChunkTree.chunkBytes, count)])
        guard ChunkTree.leaf(chunk) == tree.leaves[checked] else { throw S3Error.readBack(key: key) }
        checked += 1
      }
    }
  }

  public func read(_ object: BlobObject, from offset: UInt64, count: Int) async throws -> [UInt8]? {
    try await client.get(Self.key(object), from: offset, count: count)
  }

  public func bytes(of object: BlobObject) async throws -> UInt64? { try await client.bytes(of: Self.key(object)) }

  public func remove(_ object: BlobObject) async throws { try await client.delete(Self.key(object)) }

  public func setAside(_ object: BlobObject) async throws {
    guard try await bytes(of: object) != nil else { return }
    try await client.copy(Self.key(object), to: "aside/\(object)")
    try await client.delete(Self.key(object))
  }

  public func removeAside(_ object: BlobObject) async throws { try await client.delete("aside/\(object)") }

  public func objects(beginning first: UInt8) async throws -> [StoredObject] {
    let prefix = "blobs/\(FileBackend.hex(first))/"
    return try await client.list(prefix: prefix).compactMap { item in
      guard item.key.hasPrefix(prefix), let object = BlobObject(fileName: String(item.key.dropFirst(prefix.count)))
      else { return nil }
      return StoredObject(object: object, bytes: item.bytes, changedUnixMs: item.changedUnixMs)
    }
  }

  private static func key(_ object: BlobObject) -> String { "blobs/\(object.name.digest.hex.prefix(2))/\(object)" }
}
