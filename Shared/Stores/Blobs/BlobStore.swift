public import Cryptography
internal import MerkleLog
internal import Synchronization

/// Blobs named after their own SHA-256. What was put is durable, never changes, and is verified each time it is read.
public final class BlobStore: Sendable {
  /// What is told of a blob.
  public struct Info: Hashable, Sendable {
    public let name: BlobName
    public let bytes: UInt64
    /// Of its ``ChunkTree``.
    public let root: Digest32
  }

  /// The largest blob that is put or got whole, in bytes.
  public let bytesMax: Int
  public let catalogue: BlobCatalogue
  let backend: any BlobBackend
  let fault: BlobFault
  let observe: @Sendable (BlobEvent) -> Void
  /// Blobs whose bytes somebody removes or moves just now.
  let claims = Mutex<Set<BlobName>>([])

  public init(
    backend: any BlobBackend, catalogue: BlobCatalogue, bytesMax: Int = 16 << 20, fault: @escaping BlobFault = { _ in },
    observe: @escaping @Sendable (BlobEvent) -> Void = { _ in }
  ) {
    self.backend = backend
    self.catalogue = catalogue
    self.bytesMax = bytesMax
    self.fault = fault
    self.observe = observe
  }

  /// Stores blobs; on return all are durable. Putting a blob again is no error, and heals one that was damaged. Nothing
  /// refers to them yet: the caller does so next, with the generation that is returned.
  ///
  /// Errors: ``BlobError``, and those of the backend.
  public func put(_ blobs: [[UInt8]]) async throws -> PutBlobs {
    for blob in blobs where blob.count > bytesMax {
      throw BlobError.tooLarge(bytes: UInt64(blob.count), max: UInt64(bytesMax))
    }
    let names = blobs.map { BlobName(of: $0) }
    let (generation, aside) = try await catalogue.before(putting: names)
    try fault(.putBegun)
    try await storing(names, generation) {
      try await backend.store(zip(names, blobs).map { (BlobObject($0), $1) })
    }
    try fault(.putStored)
    for name in aside { try await catalogue.heal(name, generation: generation) }
    return PutBlobs(names: names, generation: generation)
  }

  /// Puts those of these blobs again that were found damaged; nothing for the others.
  public func heal(_ blobs: [[UInt8]]) async throws {
    let aside = Set(try await catalogue.before(putting: blobs.map { BlobName(of: $0) }).aside)
    guard !aside.isEmpty else { return }
    _ = try await put(blobs.filter { aside.contains(BlobName(of: $0)) })
  }

  /// Gives a whole file its place among the blobs.
  func store(_ file: StagedFile, as name: BlobName, _ tree: ChunkTree, _ generation: UInt64) async throws {
    try await storing([name], generation) { try await backend.store(file, as: BlobObject(name), tree: tree) }
  }

  /// Runs a write. What a removal took away while it was being written and read back is no fault of the backend.
  private func storing(_ names: [BlobName], _ generation: UInt64, _ write: () async throws -> Void) async throws {
    do { try await write() } catch {
      let now = try await catalogue.before(putting: names).generation
      if now != generation, let name = names.first { throw BlobError.moving(name) }
      throw error
    }
  }

  /// The bytes of a blob, verified. Errors: ``BlobError``, and those of the backend.
  public func get(_ name: BlobName) async throws -> [UInt8] {
    let object = try await present(name)
    guard object.bytes <= UInt64(bytesMax) else {
      throw BlobError.tooLarge(bytes: object.bytes, max: UInt64(bytesMax))
    }
    let bytes = try await backend.read(BlobObject(name), from: 0, count: Int(object.bytes) + 1)
    guard let bytes, BlobName(of: bytes) == name else {
      throw try await damaged(name, object, found: bytes.map { BlobName(of: $0) })
    }
    return bytes
  }

  /// Opens a blob for reading in pieces. Errors: ``BlobError``, and those of the backend.
  public func reader(of name: BlobName) async throws -> BlobReader {
    let object = try await present(name)
    let tree = try await tree(of: name, object)
    return BlobReader(
      info: Info(name: name, bytes: object.bytes, root: tree.root), tree: tree, store: self, object: object)
  }

  private func present(_ name: BlobName) async throws -> BlobCatalogue.Object {
    guard let object = try await catalogue.object(name) else { throw BlobError.missing(name) }
    switch object.state {
    case .present: return object
    case .removing: throw BlobError.missing(name)
    case .damaged, .aside: throw BlobError.damaged(name, found: nil)
    case .erasing, .erased: throw BlobError.erased(name)
    }
  }

  /// The hashes beside the blob, when they are those of the root that was recorded; otherwise made anew from the blob.
  private func tree(of name: BlobName, _ object: BlobCatalogue.Object) async throws -> ChunkTree {
    let count = ChunkTree.count(bytes: object.bytes)
    if count > 1, let root = object.root,
      let stored = try await backend.read(BlobObject(name, .tree), from: 0, count: count * Digest32.count + 1),
      let tree = ChunkTree(bytes: object.bytes, stored: stored), tree.root == root
    {
      return tree
    }
    guard let (found, tree) = try await digest(name, bytes: object.bytes), found == name else {
      throw try await damaged(name, object, found: nil)
    }
    if count > 1 {
      try await backend.store([(BlobObject(name, .tree), tree.stored)])
      try await catalogue.learn(root: tree.root, of: name)
    }
    return tree
  }

  /// Reads all of a blob and says what it is; nil when there is none or when it is shorter or longer than this.
  ///
  /// - Parameter pause: called with the bytes of each read.
  func digest(
    _ name: BlobName, bytes: UInt64, pause: (Int) async throws -> Void = { _ in }
  ) async throws -> (name: BlobName, tree: ChunkTree)? {
    guard try await backend.bytes(of: BlobObject(name)) == bytes else { return nil }
    var digest = BlobDigest()
    while digest.bytes < bytes {
      let count = Int(min(UInt64(backend.readBytes), bytes - digest.bytes))
      guard let read = try await backend.read(BlobObject(name), from: digest.bytes, count: count), read.count == count
      else { return nil }
      for chunk in read.chunks { digest.append(chunk) }
      try await pause(count)
    }
    return digest.finish()
  }

  func observed(_ event: BlobEvent) { observe(event) }
}

/// The names of blobs that were put, in order, and the generation to refer to them with.
public struct PutBlobs: Hashable, Sendable {
  public let names: [BlobName]
  public let generation: UInt64
}

/// What operators want to hear of.
public enum BlobEvent: Hashable, Sendable {
  case damaged(BlobName)
  case removed(BlobName)
  case erased(BlobName)
  case scrubbed(bytes: UInt64)
}
