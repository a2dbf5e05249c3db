public import Cryptography
public import MerkleLog
internal import Synchronization

/// The log as it was last published: what every proof is made from. The sequencer moves it on; any task may ask.
public final class PublishedLog: Sendable {
  /// A published tree head.
  public struct Head: Sendable {
    public let checkpoint: Checkpoint
    public let note: SignedNote
    fileprivate let reader: TileHashReader
  }

  private let tiles: any LogTiles
  private let newest: Mutex<Head?>
  /// Proofs read tiles on these threads.
  private let disk = DiskQueue("log-proofs", concurrent: true)

  init(tiles: any LogTiles) {
    self.tiles = tiles
    newest = Mutex(nil)
  }

  /// The newest head; nil only until the log has been started.
  public var head: Head? { newest.withLock { $0 } }
  public var size: UInt64 { head?.checkpoint.size ?? 0 }

  /// - Parameter written: just now, and so already known.
  func publish(_ checkpoint: Checkpoint, _ note: SignedNote, _ written: [(tile: Tile, bytes: [UInt8])]) {
    let tiles = tiles
    let reader = TileHashReader(size: checkpoint.size, continuing: head?.reader) { try tiles.tile($0) }
    // One that cannot be kept is read when it is asked for.
    for (tile, bytes) in written where tile.kind != .entries { try? reader.keep(tile, bytes) }
    newest.withLock { $0 = Head(checkpoint: checkpoint, note: note, reader: reader) }
  }

  /// The proof of an entry against the newest head. Errors: ``LogError``, and those of reading tiles.
  public func inclusion(index: UInt64) async throws -> (proof: InclusionProof, head: Head) {
    let size = size
    guard let head, index < head.checkpoint.size else { throw LogError.indexBeyondLog(index: index, size: size) }
    if let proof = try head.reader.cachedInclusionProof(index: index) { return (proof, head) }
    let proof = try await disk.run { try head.reader.inclusionProof(index: index, size: head.checkpoint.size) }
    return (proof, head)
  }

  /// The proof of an entry against an earlier published tree. Errors: ``LogError``, and those of reading tiles.
  public func inclusion(index: UInt64, size: UInt64) async throws -> InclusionProof {
    guard let head, size <= head.checkpoint.size else { throw LogError.sizeBeyondLog(size: size, published: self.size) }
    guard index < size else { throw LogError.indexBeyondLog(index: index, size: size) }
    return try await disk.run { try head.reader.inclusionProof(index: index, size: size) }
  }

  /// The root of this or an earlier published tree. Errors: ``LogError``, and those of reading tiles.
  public func root(size: UInt64) async throws -> Digest32 {
    guard let head, size <= head.checkpoint.size else { throw LogError.sizeBeyondLog(size: size, published: self.size) }
    return try await disk.run { try head.reader.root(size: size) }
  }

  /// The proof that the tree of `old` entries is the beginning of that of `new`, nil for the newest. From size 0 the
  /// path is empty: every log begins with nothing. Errors: ``LogError``, and those of reading tiles.
  public func consistency(old: UInt64, new asked: UInt64?) async throws -> ConsistencyProof {
    guard let head else { throw LogError.sizeBeyondLog(size: max(old, asked ?? 0), published: 0) }
    let new = asked ?? head.checkpoint.size
    for size in [old, new] where size > head.checkpoint.size {
      throw LogError.sizeBeyondLog(size: size, published: head.checkpoint.size)
    }
    guard old <= new else { throw LogError.sizesOutOfOrder(old: old, new: new) }
    if old == 0 { return ConsistencyProof(old: 0, new: new, path: []) }
    return try await disk.run { try head.reader.consistencyProof(old: old, new: new) }
  }

  /// The bytes of a tile of this or any earlier published tree. Errors: ``LogError/noSuchTile(_:)``.
  public func tile(_ tile: Tile) async throws -> [UInt8] {
    let level = UInt64(8 * tile.kind.level)
    // Whole within the published tree: 256 * index + width <= size >> level, without overflow.
    let (known, width) = (size >> level, UInt64(tile.width))
    guard width <= known, tile.index <= (known - width) / 256 else { throw LogError.noSuchTile(tile.path) }
    let tiles = tiles
    return try await disk.run { try tiles.tile(tile) }
  }
}
