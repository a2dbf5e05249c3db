internal import Credit
internal import MerkleLog
internal import RPC
internal import Receipts

extension RegistryFeed {
  /// The log when it had `size` entries.
  func snapshot(at size: UInt64) async throws -> RegistrySnapshot {
    if refusal != nil || (head?.size ?? 0) < size { await check() }
    if let rpcError { throw rpcError }
    guard let head, head.size >= size else {
      throw RPCError(.unavailable, "no owner is named: the log is followed to \(head?.size ?? 0), not to \(size)")
    }
    let earlier: LogHead
    do { earlier = try await head.earlier(size: size, tile: source.log.tile, path: source.log.path) } catch let error
      as LogHeadError
    { throw RPCError(.failedPrecondition, "no owner is named: \(error)") }
    return RegistrySnapshot(size: earlier.size, root: earlier.root)
  }

  /// Who owned documents when the log had `size` entries, whatever was registered since.
  func owners(of sources: [DocumentSource], at size: UInt64) async throws -> DocumentOwnership {
    let snapshot = try await snapshot(at: size)
    let isFormed = formed.map { $0.snapshot.size == size } == true
    let classes = isFormed ? formed?.classes : try await near?.classes(in: registry.registry, at: snapshot)
    return DocumentOwnership(of: sources, in: registry.registry, at: snapshot, near: classes)
  }
  /// The texts that were registered when the log had `size` entries.
  func registeredSpans(at size: UInt64, _ lookup: SpanLookup) async throws -> RegisteredSpans {
    let snapshot = try await snapshot(at: size)
    // What was formed last has all that was registered up to now.
    if isFormed, let formedSpans, formedSpans.registry.size <= size { return formedSpans }
    return try await lookup.form(in: registry.registry, at: snapshot, continuing: formedSpans)
  }
}
