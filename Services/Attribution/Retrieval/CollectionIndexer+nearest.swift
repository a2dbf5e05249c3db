internal import Credit
internal import Cryptography
internal import MerkleLog
internal import RPC
internal import Receipts
internal import Stores
internal import Wire

extension CollectionIndexer {
  /// Forms the classes of all registered records that are here, again after each asset and for each encoder.
  func formNearest() async throws {
    guard nearest != nil, let encoder, let (registry, snapshot) = await feed.followed else { return }
    let isFormed = formed.map { $0.nearest.encoder == encoder && $0.holdings == registry.holdings.count } == true
    guard !isFormed else { return }
    guard let made = try await form(in: registry, at: snapshot, by: encoder) else { return }
    formed = (made, registry.holdings.count)
  }

  /// The classes of the records that were registered at a snapshot; nil for a policy that asks for none. Vectors that are not
  /// here yet are made.
  func form(
    in registry: Registry, at snapshot: RegistrySnapshot, by encoder: Digest32
  ) async throws -> RegisteredNearest? {
    guard let nearest else { return nil }
    let records = library.texts.keys.filter { registry.owner(of: $0, inLogOf: snapshot.size) != nil }.sorted()
    var vectors = try await store.vectors(of: records, by: encoder)
    for batch in batches(records.filter { vectors[$0] == nil }) {
      for made in try await embedded(batch, by: encoder) { vectors[made.record] = made.vector }
    }
    let known = vectors
    // Takes seconds for many: not on an actor's thread.
    return try await Task.detached {
      try RegisteredNearest(known, by: encoder, in: registry, at: snapshot, policy: nearest)
    }.value
  }

  /// The vectors of an answer's choices, empty of one that asks nothing, and whose they are. Kept nowhere.
  func queries(_ texts: [String]) async throws -> (encoder: Digest32, vectors: [[Int8]]) {
    let asked = texts.map { EncodedText.query($0) }
    let given = asked.compactMap(\.self)
    let answer = try await embed(given)
    let width = Int(answer.width)
    guard let encoder = try? Digest32(answer.model), (1...NeighbourIndex.widthMax).contains(width),
      answer.vectors.count == given.count * width
    else { throw RPCError(.dataLoss, "inference gave other vectors than those asked for") }
    var (vectors, at): ([[Int8]], Int) = ([], 0)
    for text in asked {
      guard text != nil else {
        vectors.append([])
        continue
      }
      vectors.append(answer.vectors[at..<at + width].map { Int8(bitPattern: $0) })
      at += width
    }
    return (encoder, vectors)
  }
}

extension RegistryFeed {
  /// The registry, and the head of the log up to which it is made; nil before first contact.
  var followed: (registry: Registry, at: RegistrySnapshot)? {
    head.map { (registry.registry, RegistrySnapshot(size: $0.size, root: $0.root)) }
  }
}
