internal import Credit
internal import MerkleLog
internal import RPC
internal import Receipts

extension RegistryFeed {
  /// Who owned documents when the log had `size` entries, whatever was registered since.
  func owners(of sources: [DocumentSource], at size: UInt64) async throws -> DocumentOwnership {
    if refusal != nil || (head?.size ?? 0) < size { await check() }
    if let rpcError { throw rpcError }
    guard let head, head.size >= size else {
      throw RPCError(.unavailable, "no owner is named: the log is followed to \(head?.size ?? 0), not to \(size)")
    }
    let earlier: LogHead
    do { earlier = try await head.earlier(size: size, tile: source.log.tile, path: source.log.path) } catch let error
      as LogHeadError
    { throw RPCError(.failedPrecondition, "no owner is named: \(error)") }
    let snapshot = RegistrySnapshot(size: earlier.size, root: earlier.root)
    let isFormed = formed.map { $0.snapshot.size == size } == true
    let classes = isFormed ? formed?.classes : try await near?.classes(in: registry.registry, at: snapshot)
    return DocumentOwnership(of: sources, in: registry.registry, at: snapshot, near: classes)
  }
}
